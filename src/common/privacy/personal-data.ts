const SECTION = Symbol('personal-data-section');

/** What a module keeps about one person, as JSON; null where nothing. */
export type PersonalDataSource = (subjectId: string) => Promise<unknown>;

/** Marks a provider's method, a {@link PersonalDataSource}, as one section of the copy that a person may ask for. */
export function ProvidesPersonalData(section: string): MethodDecorator {
  return (_target, _key, descriptor) => {
    Reflect.defineMetadata(SECTION, section, descriptor.value as object);
  };
}

export function personalDataSectionOf(method: object): string | undefined {
  return Reflect.getMetadata(SECTION, method) as string | undefined;
}
