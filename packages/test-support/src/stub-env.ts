import { onTestFinished } from './on-test-finished.js';

/** Sets a variable of the environment, or takes it away, until the test ends. */
export function stubEnv(name: string, value: string | undefined): void {
  const before = process.env[name];
  onTestFinished(() => {
    setEnv(name, before);
  });
  setEnv(name, value);
}

function setEnv(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
