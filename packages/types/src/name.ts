import { Type } from 'typebox';
import { MAX_NAME_LENGTH } from './limits.js';

/** Lone surrogates are refused: they have no UTF-8 form, so two of them could become one key. */
const WELL_FORMED = '^[^\\ud800-\\udfff]*$';

/** Ids and genres, possibly empty. */
export const NameSchema = Type.String({ maxLength: MAX_NAME_LENGTH, pattern: WELL_FORMED });
