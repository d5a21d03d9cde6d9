import { Readable } from 'node:stream';
import { Body, Controller, Get, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiProduces, ApiTags } from '@nestjs/swagger';
import { Public, RequirePermission } from '../../common/access';
import { ApiContract, UuidParam } from '../../common/http';
import { AuditService } from './audit.service';
import {
  AuditProofResponse,
  CheckpointPage,
  ListCheckpointsQuery,
  SealingKeysResponse,
} from './dto/checkpoint.response';
import { AuditExportLine } from './dto/export-line.schema';
import { ExportAuditQuery } from './dto/export-audit.query';
import { AuditVerdictResponse, VerifyAuditBody } from './dto/verification.schemas';
import { AuditExportService } from './export/audit-export.service';
import { AuditVerificationService } from './verification/audit-verification.service';

/** The trail as a whole, and what it proves. */
@ApiTags('audit')
@Controller('v1/audit')
export class AuditTrailController {
  constructor(
    private readonly audit: AuditService,
    private readonly verification: AuditVerificationService,
    private readonly exports: AuditExportService,
  ) {}

  @Get('public-key')
  @Public()
  @ApiContract({
    summary: 'The public keys of our audit checkpoints (RFC 8037)',
    description: 'Keep them elsewhere: whoever could replace the trail could replace this answer.',
    response: SealingKeysResponse,
  })
  publicKeys(): Promise<SealingKeysResponse> {
    return this.verification.publicKeys();
  }

  @Get('checkpoints')
  @RequirePermission('audit:read')
  @ApiContract({
    summary: 'List audit checkpoints, newest first',
    response: CheckpointPage,
    errors: ['REQUEST.INVALID_CURSOR'],
  })
  checkpoints(@Query({ schema: ListCheckpointsQuery }) query: ListCheckpointsQuery): Promise<CheckpointPage> {
    return this.audit.listCheckpoints(query);
  }

  @Get('events/:id/proof')
  @RequirePermission('audit:read')
  @ApiContract({
    summary: 'Prove that an event is in the trail',
    description:
      'Holds for whoever has the public key, without asking us. Personal data stays encrypted in it.',
    response: AuditProofResponse,
    errors: ['AUDIT.EVENT_NOT_FOUND', 'AUDIT.EVENT_NOT_SEALED'],
  })
  prove(@UuidParam('id') id: string): Promise<AuditProofResponse> {
    return this.verification.prove(id);
  }

  @Post('verify')
  @RequirePermission('audit:verify')
  @ApiContract({
    summary: 'Verify the audit trail',
    description:
      'Takes as long as reading it does, and only one runs at a time. That somebody asked, and what came out, is an event in it.',
    response: AuditVerdictResponse,
    errors: ['SERVICE.OVERLOADED'],
  })
  verify(@Body({ schema: VerifyAuditBody }) body: VerifyAuditBody): Promise<AuditVerdictResponse> {
    return this.verification.verify(body);
  }

  @Get('export')
  @RequirePermission('audit:export')
  @ApiProduces('application/x-ndjson')
  @ApiContract({
    summary: 'Export the sealed audit trail as NDJSON',
    description: 'Whole batches with their checkpoints, so that the copy can be verified elsewhere.',
    response: AuditExportLine,
  })
  async export(@Query({ schema: ExportAuditQuery }) range: ExportAuditQuery): Promise<StreamableFile> {
    const lines = await this.exports.export(range);
    return new StreamableFile(Readable.from(lines, { objectMode: false }), { type: 'application/x-ndjson' });
  }
}
