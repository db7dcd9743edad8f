export type Dependency = "database" | "bus" | "auth-service" | "survey-service";

/** A part outside this process is away. Becomes 503 `dependency_unavailable` with `Retry-After`. */
export class DependencyUnavailable extends Error {
  readonly dependency: Dependency;

  constructor(dependency: Dependency, options?: ErrorOptions) {
    super(`${dependency} is away`, options);
    this.name = "DependencyUnavailable";
    this.dependency = dependency;
  }
}
