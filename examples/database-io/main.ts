import { App } from "cdktf";
import { TunedStack } from "virtuned";
import { databaseServer } from "./database-server";
import { siteFromEnvironment } from "./sites";

const app = new App();
const stack = new TunedStack(app, "database-io");
databaseServer(stack, siteFromEnvironment(stack));
app.synth();
