/** What the server holds of this TV, as it says itself. */
export interface HeldThere {
  /** Absent where it has no record of this TV. */
  readonly device?: {
    /** Messages of this TV that it counted; 0 where it only asked. */
    readonly lastMessage: number;
    /** Titles that it was told of today. */
    readonly titlesToday: number;
  };
  readonly tvs: number;
}

/** Undefined where it cannot be asked just now. */
export async function heldThere(deviceId: string): Promise<HeldThere | undefined> {
  try {
    const answer = await fetch(`held/${encodeURIComponent(deviceId)}`);
    return answer.ok ? ((await answer.json()) as HeldThere) : undefined;
  } catch {
    return undefined;
  }
}
