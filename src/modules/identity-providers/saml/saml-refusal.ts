/** Why a response was refused. For the audit trail: the client gets one answer for all of them. */
export type SamlRefusalReason =
  | 'too_large'
  | 'malformed'
  | 'document_type'
  | 'comment'
  | 'too_deep'
  | 'duplicate_id'
  | 'not_a_response'
  | 'status_not_success'
  | 'not_one_assertion'
  | 'unsigned'
  | 'signature_misplaced'
  | 'signature_reference'
  | 'signature_algorithm'
  | 'signature_transform'
  | 'signature_invalid'
  | 'encryption_algorithm'
  | 'decryption_failed'
  | 'wrong_issuer'
  | 'wrong_destination'
  | 'wrong_recipient'
  | 'wrong_audience'
  | 'wrong_version'
  | 'no_conditions'
  | 'unknown_condition'
  | 'no_subject_confirmation'
  | 'no_authn_statement'
  | 'no_expiry'
  | 'expired'
  | 'not_yet_valid'
  | 'in_response_to_mismatch'
  | 'unasked'
  | 'replayed'
  | 'unstable_name_id'
  | 'ambiguous_attribute';

/** A response that is not to be believed. */
export class SamlRefusal extends Error {
  constructor(
    readonly reason: SamlRefusalReason,
    options?: ErrorOptions,
  ) {
    super(`The SAML response was refused: ${reason}`, options);
    this.name = 'SamlRefusal';
  }
}
