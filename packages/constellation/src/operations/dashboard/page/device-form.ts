import type { HeldDevice } from '../held-device.js';
import { byId } from './elements.js';
import { ask } from './event-stream.js';

/** Asks what the server holds about the device that was typed. */
export function listenToDeviceForm(token: () => string | null): void {
  byId('device-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const { value } = byId('device-id') as HTMLInputElement;
    showHeld(value, token()).catch((error: unknown) => {
      byId('device-held').textContent = error instanceof Error ? error.message : String(error);
    });
  });
}

async function showHeld(deviceId: string, token: string | null): Promise<void> {
  const body = JSON.stringify({ deviceId });
  const response = await ask('/device', token, { method: 'POST', body });
  const { records } = (await response.json()) as HeldDevice;
  byId('device-held').textContent =
    records.length === 0 ? 'Nothing.' : JSON.stringify(records, null, 2);
}
