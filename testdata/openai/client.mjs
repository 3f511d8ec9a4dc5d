// What an application sees of a bridge through OpenAI's own client.
// Run as: HELIUM_BASE_URL=… HELIUM_API_KEY=… HELIUM_MODEL=… HELIUM_IMAGE_MODEL=… node client.mjs
// It prints one JSON object, or fails at the first thing that is not as it should be.
import assert from "node:assert/strict";
import OpenAI from "openai";

const { HELIUM_BASE_URL: baseURL, HELIUM_API_KEY: apiKey, HELIUM_MODEL: model, HELIUM_IMAGE_MODEL: imageModel } = process.env;
const options = { baseURL, apiKey, maxRetries: 0, timeout: 240_000 };
const client = new OpenAI(options);
const question = (more) => ({
	model,
	messages: [{ role: "user", content: "What is a relay?" }],
	temperature: 0,
	max_tokens: 16,
	...more,
});

async function models() {
	const list = [];
	for await (const m of client.models.list()) list.push(m);
	assert.equal(list[0].id, model);
	assert.equal((await client.models.retrieve(model)).object, "model");
	return list.map((m) => m.id);
}

async function plain() {
	const { data, response } = await client.chat.completions.create(question()).withResponse();
	const [choice] = data.choices;
	assert.equal(data.object, "chat.completion");
	assert.equal(choice.message.role, "assistant");
	assert.ok(choice.message.content.length > 0, "the answer is empty");
	assert.ok(["stop", "length"].includes(choice.finish_reason), choice.finish_reason);
	assert.equal(data.usage.total_tokens, data.usage.prompt_tokens + data.usage.completion_tokens);
	assert.match(response.headers.get("x-helium-receipt"), /^req_/);
	return { text: choice.message.content, usage: data.usage };
}

async function streamed() {
	const stream = await client.chat.completions.create(question({ stream: true, stream_options: { include_usage: true } }));
	let text = "";
	let pieces = 0;
	let finish = null;
	let usage = null;
	for await (const chunk of stream) {
		usage = chunk.usage ?? usage;
		const [choice] = chunk.choices;
		if (!choice) continue;
		if (choice.delta.content) pieces++;
		text += choice.delta.content ?? "";
		finish = choice.finish_reason ?? finish;
	}
	return { text, pieces, finish, usage };
}

// likely gathers the chances of a stream's tokens as the client's own helper does, and
// looks at each chunk.
async function likely() {
	const ask = question({ logprobs: true, top_logprobs: 2 });
	const [{ logprobs: whole }] = (await client.chat.completions.create(ask)).choices;
	const told = [];
	let chunks = 0;
	const stream = client.chat.completions.stream(ask);
	for await (const { choices } of stream) {
		for (const { delta, logprobs } of choices) {
			const tokens = logprobs?.content ?? [];
			told.push(...tokens);
			if (!delta.content) continue;
			chunks++;
			assert.equal(tokens.map((t) => t.token).join(""), delta.content, "a chunk has the tokens of its own text");
		}
	}
	assert.ok(chunks > 1, `the text came in ${chunks} chunk`);
	assert.deepEqual(told, whole.content, "streamed or whole, the chances are the same");
	assert.ok(told.every((t) => t.top_logprobs.length === 2 && t.logprob <= 0 && Buffer.from(t.bytes).toString() === t.token));
	const [{ logprobs: gathered }] = (await stream.finalChatCompletion()).choices;
	assert.deepEqual(gathered.content, whole.content, "the client's helper has them all, once");
	return told.length;
}

async function aborted() {
	const stream = await client.chat.completions.create(question({ stream: true, max_tokens: 200 }));
	let seen = 0;
	for await (const _ of stream) {
		seen++;
		stream.controller.abort();
	}
	assert.ok(seen > 0, "nothing came before the abort");
	assert.ok(stream.controller.signal.aborted);
	return seen;
}

// several gathers a stream's choices by their index.
async function several() {
	const stream = await client.chat.completions.create(question({ stream: true, n: 2, temperature: 50, seed: 3 }));
	const texts = ["", ""];
	const ends = [];
	for await (const { choices } of stream) {
		for (const c of choices) {
			texts[c.index] += c.delta.content ?? "";
			if (c.finish_reason) ends[c.index] = c.finish_reason;
		}
	}
	const whole = await client.chat.completions.create(question({ n: 2, temperature: 50, seed: 3 }));
	assert.deepEqual(texts, whole.choices.map((c) => c.message.content), "streamed or whole, a seed has one answer");
	assert.deepEqual(ends, whole.choices.map((c) => c.finish_reason));
	assert.notEqual(texts[0], texts[1], "two choices of a task differ");
	return texts;
}

async function stopped(text) {
	const [early, late] = [text.slice(6, 9), text.slice(10, 12)];
	const answer = await client.chat.completions.create(question({ stop: [late, early] }));
	const at = [early, late].map((s) => text.indexOf(s)).sort((a, b) => a - b)[0];
	assert.equal(answer.choices[0].message.content, text.slice(0, at));
	assert.equal(answer.choices[0].finish_reason, "stop");
	return answer.choices[0].message.content;
}

const weather = {
	type: "function",
	function: { name: "weather", description: "The weather of a place", parameters: { type: "object", properties: { place: { type: "string" } }, required: ["place"] } },
};

// toolRoundTrip sends on what an application had a tool do.
async function toolRoundTrip() {
	const messages = [
		{ role: "user", content: "How is the weather in Oslo?" },
		{ role: "assistant", content: null, tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: '{"place":"Oslo"}' } }] },
		{ role: "tool", tool_call_id: "call_1", content: "Snow, 2 below zero" },
	];
	const first = await client.chat.completions.create(question({ tools: [weather], messages: messages.slice(0, 1) }));
	const second = await client.chat.completions.create(question({ tools: [weather], messages }));
	assert.ok(second.choices[0].message.content.length > 0);
	assert.ok(second.usage.prompt_tokens > first.usage.prompt_tokens, "the tool's result reaches the model");
	return second.choices[0].message.content;
}

async function completion() {
	// What the demo model's template makes of the question: given raw, it has the same answer.
	const prompt = "<|im_start|>user\nWhat is a relay?<|im_end|>\n<|im_start|>assistant\n";
	const ask = { model, prompt, temperature: 0, max_tokens: 16 };
	const whole = await client.completions.create(ask);
	assert.equal(whole.object, "text_completion");
	assert.match(whole.id, /^cmpl-/);
	const through = await client.chat.completions.create(question());
	assert.equal(whole.choices[0].text, through.choices[0].message.content);
	assert.deepEqual(whole.usage, through.usage);
	const stream = await client.completions.create({ ...ask, prompt: [ask.prompt], stream: true, stream_options: { include_usage: true } });
	let text = "";
	let usage = null;
	for await (const part of stream) {
		text += part.choices[0]?.text ?? "";
		usage = part.usage ?? usage;
	}
	assert.equal(text, whole.choices[0].text);
	assert.deepEqual(usage, whole.usage);
	return text;
}

// cancelled asks for an answer, and too late for it to be taken back.
async function cancelled() {
	const { response } = await client.chat.completions.create(question({ metadata: { order: "7" } })).withResponse();
	const id = response.headers.get("x-helium-receipt");
	const task = await client.get(`/tasks/${id}`);
	assert.equal(task.labels.metadata.order, "7");
	return refused(OpenAI.ConflictError, 409, () => client.post(`/tasks/${id}/cancel`));
}

const picture = (more) => ({ model: imageModel, prompt: "A red sunset over the sea", size: "128x128", seed: 7, steps: 4, ...more });

// png checks a file's first bytes and gives its length.
function png(b64) {
	const file = Buffer.from(b64, "base64");
	assert.equal(file.subarray(1, 4).toString(), "PNG");
	return file.length;
}

async function images() {
	const made = await client.images.generate(picture({ n: 2 }));
	assert.equal(made.data.length, 2);
	assert.equal(made.size, "128x128");
	assert.equal(made.output_format, "png");
	assert.notEqual(made.data[0].b64_json, made.data[1].b64_json, "two images of a task differ");
	return made.data.map((d) => png(d.b64_json));
}

async function streamedImage() {
	const stream = await client.images.generate(picture({ stream: true, partial_images: 1 }));
	const kinds = [];
	for await (const event of stream) {
		kinds.push(event.type);
		png(event.b64_json);
	}
	return kinds;
}

// refused runs what must fail, and gives what an application can tell of it.
async function refused(kind, status, run) {
	const error = await run().then(
		() => assert.fail(`${kind.name} was expected, and it worked`),
		(e) => e,
	);
	assert.ok(error instanceof kind, `${kind.name} was expected, came ${error.name}: ${error.message}`);
	assert.equal(error.status, status);
	assert.ok(error.message.length > 10, "the error does not say what is wrong");
	return { code: error.code, param: error.param, message: error.message };
}

const stranger = new OpenAI({ ...options, apiKey: "sk-helium-wrong" });
const seen = {
	models: await models(),
	wrongKey: await refused(OpenAI.AuthenticationError, 401, () => stranger.chat.completions.create(question())),
	wrongKeyModels: await refused(OpenAI.AuthenticationError, 401, () => stranger.models.list()),
	noModel: await refused(OpenAI.NotFoundError, 404, () => client.chat.completions.create(question({ model: "nobody/has-this" }))),
	badParameter: await refused(OpenAI.BadRequestError, 400, () => client.chat.completions.create(question({ temperature: -1 }))),
	noMessages: await refused(OpenAI.BadRequestError, 400, () => client.chat.completions.create(question({ messages: [] }))),
	plain: await plain(),
	streamed: await streamed(),
	likely: await likely(),
	aborted: await aborted(),
	several: await several(),
	toolRoundTrip: await toolRoundTrip(),
	completion: await completion(),
	noEcho: await refused(OpenAI.BadRequestError, 400, () => client.completions.create({ model, prompt: "x", echo: true })),
	noSuffix: await refused(OpenAI.BadRequestError, 400, () => client.completions.create({ model, prompt: "x", suffix: "y" })),
	noBestOf: await refused(OpenAI.BadRequestError, 400, () => client.completions.create({ model, prompt: "x", best_of: 2 })),
	tooMany: await refused(OpenAI.BadRequestError, 400, () => client.chat.completions.create(question({ max_tokens: 1_000_000 }))),
	cancelled: await cancelled(),
	tooDear: await refused(OpenAI.APIError, 402, () => client.chat.completions.create(question({ helium: { max_fee: "0.5" } }))),
	images: await images(),
	streamedImage: await streamedImage(),
	badSize: await refused(OpenAI.BadRequestError, 400, () => client.images.generate(picture({ size: "100x100" }))),
	noAddress: await refused(OpenAI.BadRequestError, 400, () => client.images.generate(picture({ response_format: "url" }))),
	paid: (await client.chat.completions.create(question({ helium: { max_fee: "50" } }))).usage.helium,
};
seen.stopped = await stopped(seen.plain.text);
assert.deepEqual([seen.noEcho.param, seen.noSuffix.param, seen.noBestOf.param, seen.tooMany.param], ["echo", "suffix", "best_of", "max_tokens"]);
assert.equal(seen.cancelled.code, "not_cancellable");
assert.equal(seen.wrongKey.code, "invalid_api_key");
assert.equal(seen.noModel.code, "model_not_found");
assert.equal(seen.badParameter.param, "temperature");
assert.equal(seen.streamed.text, seen.plain.text, "the same question at temperature 0 has one answer");
assert.deepEqual(seen.streamed.usage, seen.plain.usage);
assert.ok(seen.streamed.finish, "the stream says how it ended");
assert.equal(seen.tooDear.code, "price_cap");
assert.equal(seen.tooDear.param, "helium.max_fee");
assert.equal(seen.streamedImage.at(-1), "image_generation.completed");
assert.equal(seen.badSize.param, "size");
assert.equal(seen.noAddress.param, "response_format");
assert.match(seen.paid.receipt, /^req_/);
assert.match(seen.paid.fee.wei, /^[1-9][0-9]*$/);
console.log(JSON.stringify(seen));
