// node-llama-cpp as a contestant of helium bench inference: it reads a question
// and then a line for every turn, and answers each with a line of JSON.
import fs from "node:fs";
import process from "node:process";
import readline from "node:readline";
import {getLlama} from "node-llama-cpp";

const lines = readline.createInterface({input: process.stdin, crlfDelay: Infinity})[Symbol.asyncIterator]();
const question = JSON.parse((await lines.next()).value);

const llama = await getLlama({gpu: false, build: "never", progressLogs: false, maxThreads: question.threads});
const model = await llama.loadModel({modelPath: question.model, gpuLayers: 0});
const context = await model.createContext({
    contextSize: question.context,
    batchSize: question.batch,
    threads: question.threads,
    sequences: 1,
    flashAttention: false,
});
const sequence = context.getSequence();

for (;;) {
    const {done} = await lines.next();
    if (done)
        break;
    process.stdout.write(JSON.stringify(await turn()) + "\n");
}
process.exit(0);

async function turn() {
    const begin = process.hrtime.bigint();
    await sequence.clearHistory();
    const made = [];
    for await (const token of sequence.evaluate(model.tokenize(question.prompt, true), {temperature: 0})) {
        made.push(token);
        if (made.length === question.tokens)
            break;
    }
    const text = model.detokenize(made);
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    return {seconds, tokens: made.length, text, peak_bytes: peakBytes()};
}

function peakBytes() {
    try {
        return Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]) * 1024;
    } catch {
        return 0;
    }
}
