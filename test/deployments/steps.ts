/** Tests each of which goes on where the one before ended: after one has failed the others can't tell anything. */
export function steps(): (what: string, step: () => Promise<void>) => void {
  let failed: string | undefined;
  return (what, step) =>
    test(what, async () => {
      if (failed !== undefined) {
        throw new Error(`not tried, since "${failed}" failed`);
      }
      failed = what;
      await step();
      failed = undefined;
    }, 600_000);
}
