import { z } from 'zod';

/** Receivers ignore what they do not know (AuthZEN 1.0, JSON serialization), so nothing here is strict. */
const MAX_EVALUATIONS = 1_000;

const nameField = z.string().min(1).max(500);
const propertiesField = z.record(z.string(), z.unknown());

const Subject = z
  .object({ type: nameField, id: nameField, properties: propertiesField.optional() })
  .describe('A user by id or username, a group by id or name, a service by id.')
  .meta({ id: 'AuthZenSubject', examples: [{ type: 'user', id: 'ada.lovelace' }] });

const Resource = z
  .object({ type: nameField, id: nameField, properties: propertiesField.optional() })
  .describe("By the node's id, or by its key within the type.")
  .meta({ id: 'AuthZenResource', examples: [{ type: 'catalog.table', id: 'warehouse.public.orders' }] });

const Action = z
  .object({ name: nameField, properties: propertiesField.optional() })
  .describe('A permission; a name without ":" is an action on the type of the resource.')
  .meta({ id: 'AuthZenAction', examples: [{ name: 'catalog.table:read' }] });

const Context = propertiesField.meta({ id: 'AuthZenContext', examples: [{ ip: '192.0.2.7' }] });

const example = {
  subject: { type: 'user', id: 'ada.lovelace' },
  action: { name: 'catalog.table:read' },
  resource: { type: 'catalog.table', id: 'warehouse.public.orders' },
};

export const EvaluationBody = z
  .object({ subject: Subject, action: Action, resource: Resource, context: Context.optional() })
  .meta({ id: 'EvaluationBody', examples: [example] });
export type EvaluationBody = z.infer<typeof EvaluationBody>;

export const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
export type Semantic = (typeof SEMANTICS)[number];

export const EvaluationsBody = z
  .object({
    subject: Subject.optional(),
    action: Action.optional(),
    resource: Resource.optional(),
    context: Context.optional(),
    evaluations: z
      .array(z.record(z.string(), z.unknown()))
      .max(MAX_EVALUATIONS)
      .optional()
      .describe(
        'Each takes what it leaves out from the top. One that is incomplete is denied, with an error.',
      ),
    options: z.object({ evaluations_semantic: z.enum(SEMANTICS).default('execute_all') }).optional(),
  })
  .meta({
    id: 'EvaluationsBody',
    examples: [
      {
        subject: example.subject,
        action: example.action,
        evaluations: [{ resource: example.resource }, { resource: { type: 'catalog.table', id: 'other' } }],
        options: { evaluations_semantic: 'execute_all' },
      },
    ],
  });
export type EvaluationsBody = z.infer<typeof EvaluationsBody>;

const pageField = z
  .object({
    token: z.string().max(1_024).optional().describe('`next_token` of the page before.'),
    limit: z.number().int().min(0).optional().describe('At most 100 are answered.'),
  })
  .optional();

export const SearchSubjectBody = z
  .object({
    subject: z.object({ type: nameField }),
    action: Action,
    resource: Resource,
    context: Context.optional(),
    page: pageField,
  })
  .meta({ id: 'SearchSubjectBody', examples: [{ ...example, subject: { type: 'user' } }] });
export type SearchSubjectBody = z.infer<typeof SearchSubjectBody>;

export const SearchResourceBody = z
  .object({
    subject: Subject,
    action: Action,
    resource: z.object({ type: nameField, properties: propertiesField.optional() }),
    context: Context.optional(),
    page: pageField,
  })
  .meta({ id: 'SearchResourceBody', examples: [{ ...example, resource: { type: 'catalog.table' } }] });
export type SearchResourceBody = z.infer<typeof SearchResourceBody>;

export const SearchActionBody = z
  .object({ subject: Subject, resource: Resource, context: Context.optional(), page: pageField })
  .meta({
    id: 'SearchActionBody',
    examples: [{ subject: example.subject, resource: example.resource }],
  });
export type SearchActionBody = z.infer<typeof SearchActionBody>;
