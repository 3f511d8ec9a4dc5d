package protocol

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

func testEnvelope() Envelope {
	return Envelope{
		Version: EnvelopeVersion, Type: GPT, Task: json.RawMessage(`{"model":"helium/demo","messages":[{"role":"user","content":"a < b & \u2028"}]}`),
		Models: []ModelPin{{ID: "helium/demo", Revision: "1"}},
		Salt:   common.HexToHash("0x07"), ReplyKey: bytes.Repeat([]byte{9}, 32),
	}
}

func TestEnvelopeKeepsTheTasksBytes(t *testing.T) {
	e := testEnvelope()
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := DecodeEnvelope(b)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.Encode()
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("encoding is not stable: %v\n%s\n%s", err, b, again)
	}
	if !bytes.Contains(b, []byte("a < b &")) {
		t.Errorf("the task was escaped: %s", b)
	}
}

func TestDecodeEnvelopeRefuses(t *testing.T) {
	for name, b := range map[string]string{
		"other version": `{"version":2,"type":1,"task":{},"salt":"0x` + zeros + `","reply_key":"0x` + zeros + `"}`,
		"short key":     `{"version":1,"type":1,"task":{},"salt":"0x` + zeros + `","reply_key":"0x00"}`,
		"no task":       `{"version":1,"type":1,"salt":"0x` + zeros + `","reply_key":"0x` + zeros + `"}`,
		"unknown field": `{"version":1,"type":1,"task":{},"salt":"0x` + zeros + `","reply_key":"0x` + zeros + `","x":1}`,
		"two documents": `{"version":1,"type":1,"task":{},"salt":"0x` + zeros + `","reply_key":"0x` + zeros + `"}{}`,
		"nothing":       ``,
	} {
		if _, err := DecodeEnvelope([]byte(b)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

func FuzzDecodeEnvelope(f *testing.F) {
	b, err := testEnvelope().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := DecodeEnvelope(b)
		if err != nil {
			return
		}
		if _, err := e.Encode(); err != nil {
			t.Errorf("decoded but can't be encoded: %v", err)
		}
	})
}
