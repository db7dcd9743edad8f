import { createCustomer as operation } from "@roundtrip/contracts/auth/create-customer.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { type CreateCustomerDeps, createCustomer } from "./create-customer.ts";
import { describeCustomer } from "./describe-customer.ts";

export const createCreateCustomerRoute = (deps: CreateCustomerDeps): Route =>
  route(operation, async ({ body, caller, address, requestId }) => {
    const created = await createCustomer(deps, {
      ...body,
      operatorId: caller.accountId,
      source: { address, requestId },
    });
    return { status: 201, body: describeCustomer(created) };
  });
