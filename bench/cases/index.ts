import type { Case } from '../measurement';
import type { Row } from '../options';
import { authenticatedRequest } from './p1-authenticated-request';
import { listSessions } from './p1b-list-sessions';
import { memory } from './p10-memory';
import { growth } from './p11-growth';
import { exportMemory } from './p11b-export-memory';
import { twoProcesses } from './p12-two-processes';
import { firstSight } from './p2-first-sight';
import { login } from './p3-login';
import { refresh } from './p4-refresh';
import { audit } from './p5-audit';
import { decision } from './p6-decision';
import { evaluation } from './p7-evaluation';
import { revocationSeen } from './p8-revocation-seen';
import { start } from './p9-start';
import { timingOfRefusals } from './timing-of-refusals';

export const CASES: Readonly<Record<Row, Case>> = {
  P1: authenticatedRequest,
  P1b: listSessions,
  P2: firstSight,
  P3: login,
  P4: refresh,
  P5: audit,
  P6: decision,
  P7: evaluation,
  P8: revocationSeen,
  P9: start,
  P10: memory,
  P11: growth,
  P11b: exportMemory,
  P12: twoProcesses,
  timing: timingOfRefusals,
};
