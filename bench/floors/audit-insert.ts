/** One event of the trail, with what a refresh writes. */
export const INSERT_EVENT = {
  name: 'insert-event',
  text: `INSERT INTO audit_events (id, action, outcome, actor_type, actor_id, target_type, target_id, session_id)
         SELECT gen_random_uuid(), 'session.refreshed', 'success', 'user', user_id, 'session', id, id
         FROM sessions WHERE id = $1`,
};
