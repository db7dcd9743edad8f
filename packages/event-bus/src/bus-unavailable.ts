import { DependencyUnavailable } from "@roundtrip/http-problem/dependency-unavailable";

/** The broker is away, or nobody answered a request in time. */
export class BusUnavailable extends DependencyUnavailable {
  constructor(options?: ErrorOptions) {
    super("bus", options);
    this.name = "BusUnavailable";
  }
}
