import { microservicesDemo, openSandbox, SandboxError } from '@network-mapper/sandbox';

async function reasonWhyNot(): Promise<string | undefined> {
  try {
    const sandbox = await openSandbox(microservicesDemo);
    await sandbox[Symbol.asyncDispose]();
    return undefined;
  } catch (error) {
    if (error instanceof SandboxError && error.code === 'unavailable') return error.message;
    throw error;
  }
}

const reason = await reasonWhyNot();
if (reason !== undefined) console.log(`skipped, since this machine allows no sandbox: ${reason}`);

/** Tests that need a sandbox are skipped where the machine allows none; the reason has been printed. */
export const noSandbox = reason !== undefined;
