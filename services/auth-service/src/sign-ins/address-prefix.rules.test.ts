import { expect, it } from "vitest";
import { addressPrefix } from "./address-prefix.rules.ts";

it.each([
  ["203.0.113.77", "203.0.113.0/24"],
  ["::ffff:203.0.113.77", "203.0.113.0/24"],
  ["2001:db8:12:34::1", "2001:db8:12::/48"],
  ["2001:0DB8:0012:0034:0:0:0:1", "2001:db8:12::/48"],
  ["2001:db8::1", "2001:db8:0::/48"],
  ["::1", "0:0:0::/48"],
  ["fe80::1%eth0", "fe80:0:0::/48"],
  ["unknown", null],
  ["", null],
])("%s is kept as %s", (address, prefix) => {
  expect(addressPrefix(address)).toBe(prefix);
});
