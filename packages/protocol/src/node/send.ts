import axios from 'axios';
import { sendWithAxios } from '../http/send-with-axios.js';
import type { Send } from '../http/send.js';

/** What Node sends with: axios, with the proxies that the environment names. */
export const createSend = (): Send => sendWithAxios(axios.create());
