import { Token } from "cdktf";
import { withoutStackTraces } from "../../src/stack";

const tokenWithin = () => Token.asAny({ some: "value" });

describe("withoutStackTraces", () => {
  test("spares the traces of the tokens that are made", () => {
    expect(tokenWithin().creationStack).not.toEqual([]);
    expect(withoutStackTraces(tokenWithin).creationStack).toEqual([]);
    expect(tokenWithin().creationStack).not.toEqual([]);
  });

  test("leaves errors their own trace, and lets them through", () => {
    const fail = () => {
      throw new Error("this one");
    };
    const error = (() => {
      try {
        return withoutStackTraces(fail);
      } catch (caught) {
        return caught as Error;
      }
    })();
    expect(error?.message).toBe("this one");
    expect(error?.stack).toContain("stack-traces.test.ts");
    expect(tokenWithin().creationStack).not.toEqual([]);
  });

  test("may be nested", () => {
    withoutStackTraces(() => withoutStackTraces(tokenWithin));
    expect(tokenWithin().creationStack).not.toEqual([]);
  });
});
