import { t } from '../words';
import { language } from '../words/language';

/** A refusal or fault, with the sentence to show. Status 0: the studio could not be reached. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly key: string,
    readonly sentence: string,
    readonly fields: Record<string, unknown> = {},
  ) {
    super(sentence);
  }

  /** Seconds to wait before another try, where the studio named them. */
  get retryAfter(): number | null {
    const seconds = Number(this.fields['retry_after']);
    return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
  }
}

/** The sentence of any error, for showing. */
export function sentenceOf(error: unknown): string {
  return error instanceof Problem ? error.sentence : t('errors.unexpected');
}

async function problemOf(response: Response): Promise<Problem> {
  let body: { key?: string; sentence?: string; fields?: Record<string, unknown> } = {};
  try {
    body = (await response.json()) as typeof body;
  } catch {
    body = {};
  }
  const fields = { ...body.fields };
  const wait = response.headers.get('Retry-After');
  if (wait !== null && fields['retry_after'] === undefined) fields['retry_after'] = Number(wait);
  return new Problem(
    response.status,
    body.key ?? '',
    body.sentence ?? t('errors.status', { status: response.status }),
    fields,
  );
}

/** Who asks for the password when a request needs admin mode; true once it is on. */
export const needed: { adminMode: (() => Promise<boolean>) | null } = { adminMode: null };

/** What somebody did just now may ask for the password. What a page fetches by itself never does: its answer is a refusal. */
const meant = (method: string): boolean => method !== 'GET' || navigator.userActivation?.isActive !== false;

/** Ask the API. Throws `Problem`; an empty answer is `undefined`. What `signal` ends, throws as the browser does. */
export async function call<Answer>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, signal?: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'same-origin',
      headers: { Accept: 'application/json', 'Accept-Language': language, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(0, 'unreachable', t('errors.unreachable'));
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.key === 'web.admin_mode' && needed.adminMode && meant(method) && (await needed.adminMode())) return call<Answer>(method, path, body);
    throw problem;
  }
  // Accepted, or done, with nothing to tell.
  if (response.status === 204 || response.headers.get('Content-Length') === '0') return undefined as Answer;
  return (await response.json()) as Answer;
}
