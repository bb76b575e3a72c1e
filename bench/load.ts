/** Loads cdktf, then what is asked for, and writes the CPU time that the latter took, in milliseconds. */
import "cdktf";

const before = process.cpuUsage();
require(process.argv[2]!);
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / 1e3));
