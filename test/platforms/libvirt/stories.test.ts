import { treeOf, warningsOf } from "../../support/synthesis";
import { STORIES } from "./stories";

describe.each(Object.entries(STORIES))("%s", (_, story) => {
  const program = story();
  const { document } = program.synthesise();

  test("is synthesised to this", () => expect(document).toMatchSnapshot());

  test("has these ids, which decide what Terraform takes for the same thing", () => {
    expect(treeOf(program.stack)).toMatchSnapshot();
  });

  test("warns of this", () => expect(warningsOf(program.stack)).toMatchSnapshot());

  test("is the same document each time", () => expect(story().synthesise().document).toEqual(document));
});
