package contracts_test

import (
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
)

func interfaces(t *testing.T) []*abi.ABI {
	t.Helper()
	var all []*abi.ABI
	for _, parse := range []func() (*abi.ABI, error){contracts.TaskMetaData.ParseABI, contracts.NodeMetaData.ParseABI, contracts.RulesMetaData.ParseABI,
		contracts.TimelockMetaData.ParseABI, contracts.TokenMetaData.ParseABI, contracts.ValidatorsMetaData.ParseABI,
	} {
		parsed, err := parse()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parsed)
	}
	return all
}

func example(typ abi.Type) any {
	switch typ.String() {
	case "address":
		return common.HexToAddress("0xabcd")
	case "uint256":
		return big.NewInt(7)
	case "uint64":
		return uint64(7)
	case "uint32":
		return uint32(7)
	case "uint16":
		return uint16(7)
	case "uint8":
		return uint8(1)
	case "bytes32":
		return [32]byte{7}
	case "string":
		return "word"
	default:
		panic(typ.String())
	}
}

func TestEveryErrorOfTheContractsIsASentence(t *testing.T) {
	n := 0
	for _, parsed := range interfaces(t) {
		for name, e := range parsed.Errors {
			var args []any
			for _, input := range e.Inputs {
				args = append(args, example(input.Type))
			}
			packed, err := e.Inputs.Pack(args...)
			if err != nil {
				t.Fatal(err)
			}
			refusal, ok := contracts.DecodeError(append(e.ID[:4:4], packed...)).(*contracts.Refusal)
			if !ok {
				t.Errorf("%s is not decoded", name)
				continue
			}
			text := refusal.Error()
			if refusal.Name != name || strings.ContainsAny(text, "{}[]") || !strings.Contains(text, " ") || strings.HasPrefix(text, name) {
				t.Errorf("%s reads %q, want a sentence", name, text)
			}
			n++
		}
	}
	if n < 50 {
		t.Errorf("only %d errors were looked at", n)
	}
}

func TestAmountsAndTimesReadAsPeopleWriteThem(t *testing.T) {
	task, err := contracts.TaskMetaData.ParseABI()
	if err != nil {
		t.Fatal(err)
	}
	encode := func(name string, args ...any) []byte {
		packed, err := task.Errors[name].Inputs.Pack(args...)
		if err != nil {
			t.Fatal(err)
		}
		id := task.Errors[name].ID
		return append(id[:4:4], packed...)
	}
	half, _ := new(big.Int).SetString("1500000000000000000", 10)
	for want, data := range map[string][]byte{
		"a fee of 1.5 CNX can't be taken, the least is 0.000000000000000001 CNX; offer more": encode("FeeTooLow", half, big.NewInt(1)),
		"the task can't be closed before 2026-01-01T00:00:00Z; wait until then":              encode("CloseTooEarly", uint64(1767225600)),
	} {
		if got := contracts.DecodeError(data).Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzDecodeErrorNeverPanics(f *testing.F) {
	task, err := contracts.TaskMetaData.ParseABI()
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range task.Errors {
		f.Add(e.ID[:4])
		f.Add(append(e.ID[:4:4], make([]byte, 96)...))
	}
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := contracts.DecodeError(data); err != nil && err.Error() == "" {
			t.Error("an error without words")
		}
	})
}

func TestEveryEventOfTaskAndNodeIsRead(t *testing.T) {
	events, err := contracts.NewEvents()
	if err != nil {
		t.Fatal(err)
	}
	for _, parsed := range interfaces(t)[:2] {
		for name, event := range parsed.Events {
			if name == "OwnershipTransferred" || name == "EIP712DomainChanged" {
				continue
			}
			var data []any
			topics := []common.Hash{event.ID}
			for _, input := range event.Inputs {
				if input.Indexed {
					topics = append(topics, common.Hash{31: 1})
				} else {
					data = append(data, exampleOfEvent(input.Type))
				}
			}
			packed, err := event.Inputs.NonIndexed().Pack(data...)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := events.Parse(&types.Log{Topics: topics, Data: packed}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := events.Parse(&types.Log{Topics: topics[:1]}); err == nil && len(event.Inputs) > 0 {
				t.Errorf("%s is read from an empty log", name)
			}
		}
	}
	if _, err := events.Parse(&types.Log{}); err == nil {
		t.Error("a log without topics is read")
	}
}

func exampleOfEvent(typ abi.Type) any {
	switch typ.String() {
	case "bool":
		return true
	case "bytes":
		return []byte("result")
	case "address[3]":
		return [3]common.Address{}
	default:
		return example(typ)
	}
}

// TestBindingsAreWhatTheSourcesGive needs the compiler: npm ci in this folder.
func TestBindingsAreWhatTheSourcesGive(t *testing.T) {
	if _, err := os.Stat("node_modules/solc"); err != nil {
		t.Skip("the Solidity compiler is not installed; run npm ci in backend/contracts")
	}
	want, err := os.ReadFile("bindings.go")
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	for _, script := range []string{"build.mjs", "bindings.mjs"} {
		cmd := exec.Command("node", script, out)
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", script, err, text)
		}
	}
	got, err := os.ReadFile(filepath.Join(out, "bindings.go"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("bindings.go is not what the sources give: run go generate ./backend/contracts")
	}
}
