import { describe, expect, it } from "vitest";
import { addressHolder, addressNeighbourhood, addressPrefix } from "./address-prefix.rules.ts";

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

describe("whom an address belongs to", () => {
  it.each([
    ["203.0.113.77", "203.0.113.77/32", "203.0.113.0/24"],
    ["::ffff:203.0.113.77", "203.0.113.77/32", "203.0.113.0/24"],
    ["2001:db8:1:2345:6:7:8:9", "2001:db8:1:2345::/64", "2001:db8:1:2300::/56"],
    ["2001:0DB8:0001:00ff::1", "2001:db8:1:ff::/64", "2001:db8:1:0::/56"],
    ["fe80::1%eth0", "fe80:0:0:0::/64", "fe80:0:0:0::/56"],
    ["::1", "0:0:0:0::/64", "0:0:0:0::/56"],
    ["no address", "unknown", "unknown"],
    ["", "unknown", "unknown"],
  ])("%s", (address, holder, neighbourhood) => {
    expect(addressHolder(address)).toBe(holder);
    expect(addressNeighbourhood(address)).toBe(neighbourhood);
  });
});
