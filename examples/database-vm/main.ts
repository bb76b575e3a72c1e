import { App } from "cdktf";
import { TunedStack } from "virtuned";
import { databaseVm } from "./database-vm";
import { siteFromEnvironment } from "./platforms";

const app = new App();
const stack = new TunedStack(app, "database-vm");
databaseVm(stack, siteFromEnvironment(stack));
app.synth();
