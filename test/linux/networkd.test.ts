import { complaintsOfSystemd, noNetworkd } from "../support/networkd";

const testWithNetworkd = noNetworkd === undefined ? test : test.skip;

const NETWORK = "/etc/systemd/network";

/** That other tests hear nothing of systemd means something. */
testWithNetworkd("systemd says what it does not know and what it can't read", async () => {
  const complaints = await complaintsOfSystemd([
    { path: `${NETWORK}/a.netdev`, content: "[NetDev]\nName=br0\nKind=bridge\n[Bridge]\nSTP=maybe\n" },
    { path: `${NETWORK}/a.network`, content: "[Match]\nName=br0\n[Network]\nBrigde=br1\n[BridgeVlan]\nVLAN=1\n" },
    { path: `${NETWORK}/b.network`, content: "[Match]\nName=eth0\n[Network]\nBridge=br0\n" },
    {
      path: "/etc/systemd/system/a.service",
      content: "[Service]\nType=oneshot\nExecStrat=/bin/true\nExecStart=/bin/true\n",
    },
  ]);
  expect(complaints).toEqual([
    expect.stringMatching(/a\.netdev:5: .*STP=/),
    expect.stringMatching(/a\.network:4: Unknown .*Brigde/),
    expect.stringMatching(/a\.network:5: Unknown section 'BridgeVlan'/),
    expect.stringMatching(/a\.service:3: Unknown .*ExecStrat/),
  ]);
});
