import type { AnswerEvent } from "./answer";
import type { Estimate, Reason, Receipt } from "./api.gen";
import { pngOf } from "./pictures";
import { eventsOf, type ServerEvent } from "./sse";

/** A turn of a conversation as the bridge takes it. */
export interface Turn {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface ChatParams {
  model: string;
  temperature?: number;
  maxTokens?: number;
  seed?: number;
  /** Most that the answer may cost, in CNX: "2.5". */
  maxFee?: string;
}

/** What pictures are asked for with; undefined is the network's default. */
export interface ImageParams {
  makes: "images";
  model: string;
  width: number;
  height: number;
  count: number;
  steps?: number;
  /** How closely they follow the words, 0 to 20. */
  cfg?: number;
  /** What they should not show. */
  avoid?: string;
  seed?: number;
  maxFee?: string;
}

/** What an answer is asked for with: a text, unless pictures are meant. */
export type AskParams = ({ makes?: "text" } & ChatParams) | ImageParams;

/** A receipt, why there will be none, or that nobody knows of the task any more; nothing else while it goes on. */
export interface Outcome {
  receipt?: Receipt;
  reason?: Reason;
  gone?: boolean;
  /** The attempts that came to nothing before the one that it speaks of. */
  before?: FailedAttempt[];
}

/** A task of a request that was sent again. It has no receipt where it was never made. */
export interface FailedAttempt {
  reason: Reason;
  receipt?: Receipt;
}

export interface Model {
  id: string;
  makes: "text" | "images";
}

/**
 * What went wrong, as the page shows it. `code` chooses the words and the one
 * action; `detail` is what the bridge said. `retryAfter` is in seconds.
 */
export class ChatProblem extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly detail = "",
    readonly retryAfter?: number,
  ) {
    super(detail || code);
  }
}

export type ProblemCode =
  | "unreachable"
  | "interrupted"
  | "session"
  | "funds"
  | "price"
  | "model"
  | "conflict"
  | "busy"
  | "full"
  | "refused"
  | "broken";

const byStatus: Record<number, ProblemCode> = {
  400: "refused",
  401: "session",
  402: "funds",
  403: "session",
  404: "model",
  409: "conflict",
  413: "refused",
  422: "refused",
  429: "busy",
  503: "full",
};

/** Talks to the bridge that served this page. It holds no key: a cookie that scripts can't read stands for the person. */
export class Bridge {
  #session: Promise<void> | null = null;

  constructor(
    private readonly fetch: typeof globalThis.fetch = (...args) => globalThis.fetch(...args),
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The models that the network's nodes can run now. */
  async models(signal?: AbortSignal): Promise<Model[]> {
    const response = await this.#call("/v1/models", { signal });
    const body = (await json(response)) as { data?: { id?: unknown; helium?: { makes?: unknown } }[] };
    return (body.data ?? []).flatMap((m): Model[] => {
      const makes = m.helium?.makes ?? "text";
      // What makes something else, this page can't show.
      if (typeof m.id !== "string" || m.id === "" || (makes !== "text" && makes !== "images")) return [];
      return [{ id: m.id, makes }];
    });
  }

  /** What an answer would cost now, and when machines would start on it. Sends nothing. */
  async estimate(params: AskParams, signal?: AbortSignal): Promise<Estimate> {
    // The price follows the longest answer, or the pictures, and not the question.
    const body =
      params.makes === "images" ? imagesBodyOf("?", params) : bodyOf([{ role: "user", content: "?" }], params);
    return (await json(await this.#call("/v1/estimate", { ...post(body), signal }))) as Estimate;
  }

  /** What became of an answer that this page asked for before. */
  async outcome(id: string, signal?: AbortSignal): Promise<Outcome> {
    const name = encodeURIComponent(id);
    const task = await this.#call(`/v1/tasks/${name}`, { signal }, [404]);
    if (task.status === 404) return { gone: true };
    const { reason, attempts } = (await json(task)) as TaskData;
    const receipt = await this.#receipt(name, "", signal);
    const before = await Promise.all(
      (attempts ?? []).slice(0, -1).map(async (failed): Promise<FailedAttempt> => {
        return {
          reason: reasonOf(failed.reason ?? {}),
          receipt: await this.#receipt(name, `?attempt=${failed.attempt}`, signal),
        };
      }),
    );
    return { ...(before.length > 0 && { before }), ...(reason && { reason }), ...(receipt && { receipt }) };
  }

  /**
   * Takes a task back that waits in the queue, and has no other made in its place;
   * false where machines are at work on it, and are paid.
   */
  async cancel(id: string): Promise<boolean> {
    const path = `/v1/tasks/${encodeURIComponent(id)}/cancel`;
    return (await this.#call(path, { method: "POST" }, [404, 409])).ok;
  }

  async #receipt(name: string, attempt: string, signal?: AbortSignal): Promise<Receipt | undefined> {
    const settled = await this.#call(`/v1/receipts/${name}${attempt}`, { signal }, [404]);
    return settled.status === 200 ? ((await json(settled)) as Receipt) : undefined;
  }

  /** The pictures of a task that this page asked for before; null while, or when, the bridge has none. */
  async pictures(id: string, signal?: AbortSignal): Promise<Blob[] | null> {
    const task = await this.#call(`/v1/tasks/${encodeURIComponent(id)}`, { signal }, [404]);
    if (task.status === 404) return null;
    const { response } = (await json(task)) as { response?: { images?: unknown[] } };
    const files = (response?.images ?? []).map(pngOf);
    return files.length > 0 && files.every((f) => f !== null) ? files : null;
  }

  /**
   * Asks for a text and gives every event of it to `take` until the stream
   * ends. Throws a ChatProblem; after the first event the task goes on without
   * us, and its receipt can be fetched later.
   */
  ask(turns: Turn[], params: ChatParams, take: (e: AnswerEvent) => void, signal?: AbortSignal): Promise<void> {
    const body = { ...bodyOf(turns, params), stream: true, stream_options: { include_usage: true } };
    return this.#stream("/v1/chat/completions", body, take, signal);
  }

  /** Asks for pictures of what the words say; otherwise as `ask`. */
  draw(words: string, params: ImageParams, take: (e: AnswerEvent) => void, signal?: AbortSignal): Promise<void> {
    const body = { ...imagesBodyOf(words, params), stream: true, partial_images: mostPreviews };
    return this.#stream("/v1/images/generations", body, take, signal);
  }

  async #stream(path: string, body: object, take: (e: AnswerEvent) => void, signal?: AbortSignal): Promise<void> {
    const start = this.now();
    const since = () => Math.round(this.now() - start);
    const response = await this.#call(path, { ...post(body, { "X-Helium-Events": "1" }), signal });
    const receiptId = response.headers.get("x-helium-receipt");
    if (receiptId) take({ type: "receipt-id", id: receiptId });
    if (!response.body) throw new ChatProblem("broken", "the answer has no body");

    let ended = false;
    try {
      for await (const event of eventsOf(response.body)) {
        if (event.type === "message" && event.data === "[DONE]") {
          ended = true;
          continue;
        }
        for (const e of answerEvents(event, since)) take(e);
      }
    } catch (err) {
      if (err instanceof ChatProblem || signal?.aborted) throw err;
      throw new ChatProblem("interrupted");
    }
    if (!ended) throw new ChatProblem("interrupted");
    take({ type: "ended" });
  }

  /** Opens a session for this page, once for all who ask at the same time. */
  #openSession(): Promise<void> {
    this.#session ??= (async () => {
      const response = await this.#send("/chat/session", { method: "POST" });
      if (!response.ok) throw await problemOf(response);
    })().catch((err) => {
      this.#session = null;
      throw err;
    });
    return this.#session;
  }

  async #call(path: string, init: RequestInit, accept: number[] = []): Promise<Response> {
    await this.#openSession();
    let response = await this.#send(path, init);
    if (response.status === 401) {
      // The bridge forgot this session: it was restarted, or the cookie ran out.
      this.#session = null;
      await this.#openSession();
      response = await this.#send(path, init);
    }
    if (response.ok || accept.includes(response.status)) return response;
    throw await problemOf(response);
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.fetch(path, { credentials: "same-origin", cache: "no-store", ...init });
    } catch (err) {
      if (init.signal?.aborted) throw err;
      throw new ChatProblem("unreachable");
    }
  }
}

function bodyOf(turns: Turn[], params: ChatParams) {
  return {
    model: params.model,
    messages: turns,
    temperature: params.temperature,
    max_tokens: params.maxTokens,
    seed: params.seed,
    helium: params.maxFee ? { max_fee: params.maxFee } : undefined,
  };
}

/** The most that the bridge sends of each picture. */
const mostPreviews = 3;

function imagesBodyOf(words: string, params: ImageParams) {
  return {
    model: params.model,
    prompt: words,
    size: `${params.width}x${params.height}`,
    n: params.count,
    steps: params.steps,
    cfg: params.cfg,
    negative_prompt: params.avoid,
    seed: params.seed,
    helium: params.maxFee ? { max_fee: params.maxFee } : undefined,
  };
}

function post(body: object, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
}

async function problemOf(response: Response): Promise<ChatProblem> {
  const retryAfter = Number(response.headers.get("Retry-After"));
  let detail = "";
  let status = response.status;
  try {
    const body = (await response.json()) as { error?: { message?: string; code?: string; param?: string } };
    detail = body.error?.message ?? "";
    if (body.error?.code === "price_cap") {
      // The person's own limit, or one that only the operator can raise.
      return new ChatProblem(body.error.param === "helium.max_fee" ? "price" : "refused", detail);
    }
    if (status === 404 && body.error?.code !== "model_not_found") status = 0;
    if (body.error?.code === "insufficient_funds") status = 402;
  } catch {
    // Not every server between us and the bridge speaks JSON.
  }
  const code = byStatus[status] ?? (status === 502 || status === 504 ? "unreachable" : "broken");
  return new ChatProblem(code, detail, Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined);
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw new ChatProblem("broken", "the bridge sent something that is not JSON");
  }
}

interface Chunk {
  choices?: { delta?: { content?: unknown }; finish_reason?: unknown }[];
  usage?: { completion_tokens?: number } | null;
  error?: { message?: string; code?: string; type?: string };
}

interface TaskData {
  reason?: Reason | null;
  attempts?: { attempt: number; reason?: Reason | null }[];
}

interface StageData {
  stage?: string;
  task_id?: number;
  tx?: string;
  nodes?: string[];
  class?: { card: string; vram_gb: number; runtime: string };
  position?: number;
  wait_seconds?: number;
  count?: number;
  at_ms?: number;
  attempt?: number;
  reason?: Partial<Reason>;
}

/** What one server event means for the answer. Events that say nothing new to us mean nothing. */
export function answerEvents(event: ServerEvent, since: () => number): AnswerEvent[] {
  if (event.type === "comment") return [];
  const data = parse(event.data);
  if (data === null) throw new ChatProblem("broken", "the bridge sent an event that is not JSON");

  switch (event.type) {
    case "message":
      return chunkEvents(data as Chunk, since);
    case "image_generation.partial_image":
    case "image_generation.completed": {
      const { b64_json, image_index = 0 } = data as { b64_json?: unknown; image_index?: number };
      const file = pngOf(b64_json);
      if (event.type === "image_generation.partial_image") {
        // A preview that can't be shown is no loss.
        return file ? [{ type: "preview", image: image_index, file }] : [];
      }
      if (!file) throw new ChatProblem("broken", "the bridge sent a picture that is not a PNG file");
      return [{ type: "picture", image: image_index, file }];
    }
    case "helium.progress": {
      const { image, step, steps } = data as { image?: number; step?: number; steps?: number };
      return image === undefined || !step || !steps ? [] : [{ type: "progress", image, step, steps, at: since() }];
    }
    case "helium.stage": {
      const s = data as StageData;
      if (typeof s.stage !== "string") return [];
      if (s.stage === "retry") return [{ type: "retry", number: s.attempt ?? 0, reason: reasonOf(s.reason ?? {}) }];
      return [
        {
          type: "stage",
          stage: s.stage,
          at: s.at_ms ?? since(),
          taskId: s.task_id || undefined,
          tx: realHash(s.tx),
          nodes: s.nodes ?? undefined,
          class: s.class?.card ? s.class : undefined,
          position: s.position || undefined,
          wait: s.wait_seconds || undefined,
          count: s.count || undefined,
        },
      ];
    }
    case "helium.verified": {
      const v = data as { receipt?: string; at_ms?: number; nodes?: string[] };
      return [
        { type: "verified", at: v.at_ms ?? since(), receiptId: v.receipt || undefined, nodes: v.nodes ?? undefined },
      ];
    }
    case "helium.replaced": {
      const { content } = data as { content?: unknown };
      return typeof content === "string" ? [{ type: "replaced", text: content }] : [];
    }
    case "helium.disputed":
      return [{ type: "disputed", reason: reasonOf(data) }];
    case "helium.receipt":
      return [{ type: "receipt", receipt: (data as { receipt: Receipt }).receipt }];
    default:
      return [];
  }
}

function chunkEvents(chunk: Chunk, since: () => number): AnswerEvent[] {
  if (chunk.error) throw new ChatProblem("broken", chunk.error.message ?? "");
  const events: AnswerEvent[] = [];
  const choice = chunk.choices?.[0];
  const text = choice?.delta?.content;
  if (typeof text === "string" && text !== "") events.push({ type: "text", text, at: since() });
  if (typeof choice?.finish_reason === "string") events.push({ type: "finish", reason: choice.finish_reason });
  if (chunk.usage?.completion_tokens) events.push({ type: "usage", tokens: chunk.usage.completion_tokens });
  return events;
}

function reasonOf(data: object): Reason {
  const r = data as Partial<Reason>;
  return { code: r.code ?? "disputed", title: r.title ?? "", detail: r.detail ?? "", action: r.action };
}

/** A hash, unless it is missing or the zero that stands for none. */
export function realHash(hash: string | undefined): string | undefined {
  return hash && !/^0x0*$/.test(hash) ? hash : undefined;
}

function parse(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}
