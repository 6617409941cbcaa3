/** Whether a stream shows colours: a terminal does, unless NO_COLOR or the terminal says otherwise. */
export function showsColors(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.hasColors();
}
