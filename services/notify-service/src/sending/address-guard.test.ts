import { describe, expect, it } from "vitest";
import { createAddressGuard, literalAddress, parseCidr } from "./address-guard.ts";

const guard = createAddressGuard([]);

describe("addresses", () => {
  it.each([
    ["a public IPv4 address", "93.184.216.34"],
    ["a public resolver", "8.8.8.8"],
    ["the last one before CGNAT", "100.63.255.255"],
    ["the first one after CGNAT", "100.128.0.0"],
    ["the one below 172.16/12", "172.15.255.255"],
    ["the one above 172.16/12", "172.32.0.0"],
    ["a public IPv6 address", "2606:2800:220:1:248:1893:25c8:1946"],
    ["a public IPv4 address inside IPv6", "::ffff:8.8.8.8"],
  ])("takes %s: %s", (_name, address) => {
    expect(guard.allows(address)).toBe(true);
  });

  it.each([
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "169.254.169.254",
    "169.254.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "192.88.99.1",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "::7f00:1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00::1",
    "fd12:3456:789a::1",
    "fec0::1",
    "ff02::1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2001::1",
    "100::1",
    "5f00::1",
    "3fff::1",
    "4000::1",
  ])("refuses %s", (address) => {
    expect(guard.allows(address)).toBe(false);
  });

  it.each(["", "localhost", "example.com", "1.2.3.4.5", "256.1.1.1", "::1::", "12345::"])(
    "refuses %j, which is no address",
    (text) => {
      expect(guard.allows(text)).toBe(false);
    },
  );
});

describe("URL spellings", () => {
  it.each([
    "http://127.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0177.1/",
    "http://017700000001/",
    "http://127.0.0.1./",
    "http://0/",
    "http://0.0.0.0/",
    "http://1.1.1.1@127.0.0.1/",
    "http://%31%32%37.0.0.1/",
    "http://１２７.０.０.１/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::]/",
    "http://[0000::1]/",
    "http://[::127.0.0.1]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[2002:7f00:0001::]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0xA9.0xFE.0xA9.0xFE/",
    "http://0251.0376.0251.0376/",
    "http://10.1/",
    "http://192.168.1.1:80/",
    "https://127.0.0.1:443/",
    "http:127.0.0.1",
    "http:/127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "http://127.0.0.1#@example.com/",
    "http://127.0.0.1?@example.com/",
    "http://\t127.0.0.1/",
    "http://127.0.0.1:0080/",
  ])("sees through %j", (text) => {
    const address = literalAddress(new URL(text).hostname);
    expect(address).not.toBeNull();
    expect(guard.allows(address ?? "")).toBe(false);
  });

  it.each(["http://example.com/", "http://127.0.0.1.example.com/", "http://localhost/", "http://1.2.3.4.nip.io/"])(
    "leaves the name in %s to the resolver",
    (text) => {
      expect(literalAddress(new URL(text).hostname)).toBeNull();
    },
  );
});

describe("the allow-list", () => {
  it("opens what it names and nothing beside it", () => {
    const wider = createAddressGuard(["127.0.0.0/8", "::1/128", "10.1.2.3"]);
    for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "10.1.2.3"])
      expect(wider.allows(address)).toBe(true);
    for (const address of ["126.0.0.1.", "10.1.2.4", "169.254.169.254", "::2"])
      expect(wider.allows(address)).toBe(false);
  });

  it.each([
    "localhost",
    "127.0.0.0/33",
    "::1/129",
    "127.0.0.1/",
    "127.0.0.1/-1",
    "127.0.0.1/8/8x",
    "*",
    "",
    "0x7f.1/8",
  ])("refuses %j", (text) => {
    expect(() => parseCidr(text)).toThrow(/not an address range/);
  });
});
