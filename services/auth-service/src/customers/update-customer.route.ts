import { updateCustomer as operation } from "@roundtrip/contracts/auth/update-customer.http";
import { type Route, route } from "@roundtrip/http-operation/route";
import { describeCustomer } from "./describe-customer.ts";
import { type UpdateCustomerDeps, updateCustomer } from "./update-customer.ts";

export const createUpdateCustomerRoute = (deps: UpdateCustomerDeps): Route =>
  route(operation, async ({ params, body, caller, address, requestId }) => {
    const customer = await updateCustomer(deps, {
      ...body,
      customerId: params.customer_id.toLowerCase(),
      operatorId: caller.accountId,
      source: { address, requestId },
    });
    return { status: 200, body: describeCustomer(customer) };
  });
