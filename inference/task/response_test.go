package task

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// upstream is the response that Helium's own tests hash.
func upstream() *Response {
	return &Response{
		Model: "gpt2",
		Choices: []Choice{{
			FinishReason: FinishLength,
			Content: "\n\nI have a chat bot, called \"Eleanor\" which was developed by my team on Skype. " +
				"The only thing I will say is this",
		}},
		Usage: Usage{PromptTokens: 11, CompletionTokens: 30},
	}
}

func TestResponseHashesAsUpstream(t *testing.T) {
	const want = "e0329fdf227326f345630a5397f3eb01a9759c27af5df0d279b8dceedfda40c8"
	got := sha256.Sum256(upstream().Bytes())
	if hex.EncodeToString(got[:]) != want {
		t.Fatalf("sha256 = %x, want %s", got, want)
	}
}
