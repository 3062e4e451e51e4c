/**
 * Agreement with the reference tokenizer, in both layouts of its files; what is said when files are wrong.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { UserError } from "../../src/lib/core/errors.js";
import { chatPrompt, type ChatMessage } from "../../src/lib/tokenizer/chat.js";
import { loadTokenizer } from "../../src/lib/checkpoints/tokenizer-file.js";

const dream = "test/reference/dream-tiny";
const made: string[] = [];

/** A folder with some of the reference's tokenizer files, changed as asked. */
function folder(names: readonly string[], contents: Readonly<Record<string, string>> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), "tokenizer-"));
  made.push(dir);
  for (const name of names) cpSync(join(dream, name), join(dir, name));
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(dir, name), content);
  return dir;
}

afterAll(() => made.forEach(dir => rmSync(dir, { recursive: true })));

interface Expected {
  readonly encode: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly tokens: readonly string[];
    readonly decoded: string;
    readonly decoded_skip_special: string;
  }[];
  readonly decode_ids: readonly {
    readonly ids: readonly number[];
    readonly decoded: string;
    readonly decoded_skip_special: string;
  }[];
  readonly chat_template: {
    readonly messages: readonly ChatMessage[];
    readonly add_generation_prompt: boolean;
    readonly text: string;
    readonly ids: readonly number[];
  };
}
const expected = JSON.parse(readFileSync(join(dream, "expected_tokenizer.json"), "utf8")) as Expected;

const slow = folder(["vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json"]);
const bare = folder(["vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json"]);

describe.each([
  ["tokenizer.json", dream],
  ["vocab.json and merges.txt", slow],
  ["the older files with special_tokens_map.json only", bare],
])("from %s", (_, dir) => {
  const tokenizer = loadTokenizer(dir);

  it.each(expected.encode)(
    "encodes and decodes $text",
    ({ text, ids, tokens, decoded, decoded_skip_special }) => {
      expect([...tokenizer.encode(text)]).toEqual(ids);
      expect(ids.map(id => tokenizer.tokenOf(id))).toEqual(tokens);
      expect(tokenizer.decode(ids)).toBe(decoded);
      expect(tokenizer.decode(Int32Array.from(ids), { skipSpecial: true })).toBe(decoded_skip_special);
    },
  );

  it.each(expected.decode_ids)("decodes $ids", ({ ids, decoded, decoded_skip_special }) => {
    expect(tokenizer.decode(ids)).toBe(decoded);
    expect(tokenizer.decode(ids, { skipSpecial: true })).toBe(decoded_skip_special);
  });

  it("knows the special ids; the model's padded rows spell nothing", () => {
    expect(tokenizer.special).toEqual({ maskId: 412, eosId: 400, padId: 400, bosId: 411, unknownId: null });
    expect(tokenizer.vocabSize).toBe(413);
    expect(tokenizer.idOf("<|im_end|>")).toBe(402);
    expect(tokenizer.idOf("no such token")).toBeUndefined();
    expect(tokenizer.tokenOf(415)).toBe("<row 415>");
    expect(tokenizer.decode([71, 415])).toBe("h");
    expect(tokenizer.decode([415])).toBe("");
  });
});

describe("a conversation", () => {
  const tokenizer = loadTokenizer(dream);
  const { messages, add_generation_prompt, text, ids } = expected.chat_template;

  it("becomes the reference's text and ids", () => {
    const prompt = chatPrompt(tokenizer, messages, add_generation_prompt);
    expect(prompt).toBe(text);
    expect([...tokenizer.encode(prompt)]).toEqual(ids);
  });

  it("keeps its own system message", () => {
    const own: ChatMessage = { role: "system", content: "Be brief." };
    expect(chatPrompt(tokenizer, [own], false)).toBe("<|im_start|>system\nBe brief.<|im_end|>\n");
  });

  it("is refused where the tokenizer has no template", () => {
    expect(() => chatPrompt(loadTokenizer(bare), messages)).toThrow(UserError);
  });

  const names = ["vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json"];
  const rendered = (contents: Readonly<Record<string, string>>) =>
    chatPrompt(loadTokenizer(folder(names, contents)), [{ role: "user", content: "hi" }]);
  const template = "{% for m in messages %}{{ m.role }}:{{ m.content }}{% endfor %}";

  it.each([
    ["a file of its own", { "chat_template.jinja": template }],
    ["chat_template.json", { "chat_template.json": JSON.stringify({ chat_template: template }) }],
    [
      "a list of named ones",
      {
        "tokenizer_config.json": JSON.stringify({
          eos_token: "<|endoftext|>",
          mask_token: "<|mask|>",
          chat_template: [
            { name: "tool_use", template: "no" },
            { name: "default", template },
          ],
        }),
      },
    ],
  ])("is rendered by a template in %s", (_, contents) => {
    expect(rendered(contents)).toBe("user:hi");
  });

  it("is rendered as transformers does: blocks take their line with them, special tokens have names", () => {
    const lines =
      "  {% if true %}\n{{ bos_token }}{{ eos_token }}\n  {% endif %}\n{% if tools is not none %}no{% " +
      "endif %}|";
    expect(rendered({ "chat_template.jinja": lines })).toBe("<|beginoftext|><|endoftext|>\n|");
  });

  it("is one sentence where the template refuses it or is broken", () => {
    expect(() =>
      rendered({ "chat_template.jinja": "{{ raise_exception('roles must alternate') }}" }),
    ).toThrow(
      /the chat template cannot render this conversation \(.*roles must alternate.*\); correct the template/,
    );
    expect(() => rendered({ "chat_template.jinja": "{% if %}" })).toThrow(UserError);
  });
});

describe("wrong files", () => {
  const said = (dir: string) => {
    try {
      loadTokenizer(dir);
    } catch (error) {
      return error instanceof UserError ? error.message : `not a UserError: ${String(error)}`;
    }
    return "no error";
  };

  it("says which files are missing", () => {
    expect(said(folder(["tokenizer_config.json"]))).toMatch(/neither tokenizer.json nor vocab.json/);
    expect(said(folder(["vocab.json"]))).toMatch(/merges.txt/);
    expect(said("no/such/folder")).toMatch(/no\/such\/folder/);
  });

  it("says which file is malformed", () => {
    expect(said(folder([], { "tokenizer.json": "{" }))).toMatch(/tokenizer.json is not valid JSON/);
    expect(said(folder([], { "tokenizer.json": "[1]" }))).toMatch(/does not hold a JSON object/);
    expect(said(folder([], { "tokenizer.json": "{}" }))).toMatch(/describe no tokenizer/);
    const ids = { "added_tokens.json": '{"<|mask|>": "412"}' };
    expect(said(folder(["vocab.json", "merges.txt"], ids))).toMatch(/no numeric id/);
  });

  it("says that the mask or the end token is missing", () => {
    const maskless = folder(["vocab.json", "merges.txt"], { "added_tokens.json": '{"<|endoftext|>": 400}' });
    expect(said(maskless)).toMatch(
      /tokenizer-\w+ has no mask token.*set "mask_token" in its tokenizer_config/,
    );
    expect(loadTokenizer(maskless, { mask: "optional" }).special).toMatchObject({ maskId: null, eosId: 400 });
    expect(
      said(folder(["vocab.json", "merges.txt"], { "added_tokens.json": '{"<|mdm_mask|>": 400}' })),
    ).toMatch(/no end token/);
  });
});
