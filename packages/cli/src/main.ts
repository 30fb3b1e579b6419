#!/usr/bin/env node
import { runCli } from './cli.ts';

process.exitCode = await runCli({
  args: process.argv.slice(2),
  env: process.env,
  stdout: text => process.stdout.write(text),
  stderr: text => process.stderr.write(text),
});
