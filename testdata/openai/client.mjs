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
	aborted: await aborted(),
	tooDear: await refused(OpenAI.APIError, 402, () => client.chat.completions.create(question({ helium: { max_fee: "0.5" } }))),
	images: await images(),
	streamedImage: await streamedImage(),
	badSize: await refused(OpenAI.BadRequestError, 400, () => client.images.generate(picture({ size: "100x100" }))),
	noAddress: await refused(OpenAI.BadRequestError, 400, () => client.images.generate(picture({ response_format: "url" }))),
	paid: (await client.chat.completions.create(question({ helium: { max_fee: "50" } }))).usage.helium,
};
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
