/** The names under which the world knows users, for whoever is asked about one by name. A port: users fills it. */
export abstract class SubjectDirectory {
  /** The ids of those users who exist, by the names as they were asked for, in any spelling. */
  abstract findUserIds(usernames: readonly string[]): Promise<ReadonlyMap<string, string>>;

  /** The usernames of those users who exist, by id. */
  abstract findUsernames(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
