import { DecodeError } from './decode-error.ts';
import type { ProtobufReader } from './protobuf-reader.ts';

/** Of the year 9999, the last that RFC 3339 can write. */
const lastSecond = 253_402_300_799;

/**
 * Decodes times: `seconds` = 1 and `nanos` = 2, as the API server writes them in JSON: to the second, in UTC. An empty
 * one is no time.
 */
export class TimeDecoder {
  /** The day that was written last: the times of objects that are made together differ by seconds. */
  #day = { start: 0, date: '1970-01-01' };

  decode(reader: ProtobufReader): string | undefined {
    while (reader.next()) {
      const { number, value } = reader;
      if (number === 1 && value !== undefined) return this.#format(value);
    }
    return undefined;
  }

  #format(second: number): string {
    if (second > lastSecond) throw new DecodeError('a time is beyond all dates');
    const ofDay = second % 86_400;
    const start = second - ofDay;
    if (start !== this.#day.start) this.#day = { start, date: new Date(start * 1000).toISOString().slice(0, 10) };
    const two = (number: number): string => (number < 10 ? `0${number}` : String(number));
    return `${this.#day.date}T${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}Z`;
  }
}
