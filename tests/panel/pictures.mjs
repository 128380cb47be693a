// Pictures of every page, light and dark, to be looked at:  node tests/panel/pictures.mjs [folder] [page,page]
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { week } from "../../www/demo/week.mjs";
import { ADMIN, edit, panel, patch, root } from "./start.mjs";

const [folder = join(root, "target/pictures"), only = ""] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const CHANGE = [
  edit("Brand: make it private", patch("/Folders/f-brand", { op: "replace", path: "audience", value: "private" })),
  edit("Move Playbooks into Company", patch("/Folders/f-playbooks", { op: "replace", path: "parent", value: { value: "w-company", type: "Workspace" } })),
  edit("Press: give All staff Viewer", patch("/Folders/f-press", { op: "add", path: "grants", value: [{ value: "g-staff", type: "Group", role: "viewer" }] })),
];
const press = (name) => (page) => page.getByRole("button", { name, exact: true }).click();
const tab = (name) => (page) => page.getByRole("tab", { name }).click();
const PAGES = {
  organization: ["organization"], people: ["organization", { then: tab(/^People/) }], group: ["organization/g-design"], token: ["organization", { then: press("New token") }],
  workspaces: ["workspaces/f-brand"], pending: ["workspaces/f-brand", { edits: CHANGE }], edit: ["workspaces/f-brand", { then: press("Edit") }], move: ["workspaces/f-brand", { then: press("Move") }],
  readme: ["review", { height: 900, edits: [
    edit("Move Press into Company", patch("/Folders/f-press", { op: "replace", path: "parent", value: { value: "w-company", type: "Workspace" } })), CHANGE[0],
    edit("Delete group Launch crew", { method: "DELETE", path: "/Groups/g-launch" }),
  ] }],
  review: ["review", { edits: CHANGE }], person: ["review", { edits: CHANGE, then: tab("By person") }], place: ["review", { edits: CHANGE, then: tab("By place") }],
  why: ["review", { edits: CHANGE, then: (page) => page.getByRole("gridcell", { name: /Why\?$/ }).first().click() }],
  held: ["review", { edits: [edit("Delete group Design", { method: "DELETE", path: "/Groups/g-design" })], then: press("Apply …") }],
  empty: ["review"], compose: ["compose", { then: async (page) => { await press("Examples")(page); await page.getByRole("menuitem", { name: /Disable, rename/ }).click(); } }],
  demand: ["compose?tab=demand", { then: press("Use a sample") }],
  inbox: ["inbox"], approve: ["inbox", { then: press("Review and approve …") }], history: ["history"], change: ["history/4"], returned: ["inbox?tab=returned"], refused: ["inbox?tab=refused"],
  what: ["explorer?person=u-amara.okafor"], who: ["explorer?mode=who&object=f-brand"], can: ["explorer?mode=can&person=u-amara.okafor&object=f-brand"], guards: ["guards"],
  help: ["organization", { then: (page) => page.keyboard.press("?") }],
};

const world = await panel({ requests: [] });
await week(world.worker.ask, ADMIN, "default");
for (const theme of ["light", "dark"]) {
  for (const [name, [hash, { then, ...more } = {}]] of Object.entries(PAGES)) {
    if (only !== "" && !only.split(",").includes(name)) continue;
    const page = await world.open(hash, { theme, ...more });
    await page.waitForTimeout(600);
    await then?.(page);
    await page.waitForTimeout(700);
    await page.screenshot({ path: join(folder, `${name}-${theme}.png`) });
    await page.context().close();
  }
}
await world.end();
