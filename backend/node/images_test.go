package node

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/seal"
	"helium/inference/diffusion/diffusiontest"
	"helium/inference/pretrained"
	"helium/inference/task"
	"helium/inference/worker"
)

const pipelineID = "somebody/images"

// pipelineFolder is a small Stable Diffusion model.
func pipelineFolder(t *testing.T) models.File {
	t.Helper()
	f := models.File{Path: diffusiontest.Folder(t, nil), Pin: protocol.ModelPin{ID: pipelineID, Revision: "1"}}
	for _, name := range slices.Sorted(maps.Keys(diffusiontest.Files(t))) {
		sum, err := pretrained.FileDigest(filepath.Join(f.Path, filepath.FromSlash(name)), nil)
		if err != nil {
			t.Fatal(err)
		}
		f.Pin.Files = append(f.Pin.Files, protocol.ModelFile{Name: name, SHA256: common.HexToHash(sum)})
	}
	return f
}

// drawing is a task's document; config is JSON of its settings.
func drawing(t *testing.T, config, document string) json.RawMessage {
	t.Helper()
	settings := map[string]any{"image_width": 64, "image_height": 64, "steps": 8, "seed": 7, "num_images": 2, "safety_checker": false}
	doc := map[string]any{"base_model": pipelineID, "prompt": "a cat under the sun", "task_config": settings}
	for raw, into := range map[string]map[string]any{config: settings, document: doc} {
		if err := json.Unmarshal([]byte("{"+raw+"}"), &into); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// draw creates a task of two images and waits for the draw.
func (c *creator) draw(document json.RawMessage, pin protocol.ModelPin) *paidTask {
	w := c.w
	w.Helper()
	c.made++
	public := c.reply.Public()
	envelope := protocol.Envelope{
		Version: protocol.EnvelopeVersion, Type: protocol.StableDiffusion, Task: document,
		Models: []protocol.ModelPin{pin}, Salt: crypto.Keccak256Hash([]byte{byte(c.made)}), ReplyKey: public[:],
	}
	plain, err := envelope.Encode()
	if err != nil {
		w.Fatal(err)
	}
	receipt, err := c.out.Submit(w.Context(), chain.Intent{
		Key: fmt.Sprintf("create/%d", c.made), To: w.profile.Contracts.Task,
		Data: contracts.NewTask().PackCreateTask(contracts.TaskRequest{
			TaskType: uint8(protocol.StableDiffusion), ArgsHash: protocol.ArgsHash(plain), ModelKey: protocol.ModelKey(pin.ID),
			MinVramGB: 1, Units: 1, Images: 2, Fee: contractstest.Paying(contractstest.CNX(50)),
		}),
	})
	if err != nil {
		w.Fatal(err)
	}
	drawn := contractstest.Find[contracts.TaskTaskDrawn](w.sim, receipt)
	if drawn == nil {
		w.Fatal("the task was queued, not drawn")
	}
	return &paidTask{
		c: c, id: protocol.TaskID(drawn.TaskId.Uint64()), key: drawn.TaskKey, envelope: plain, salt: envelope.Salt, nodes: drawn.Nodes,
		argumentsBy: drawn.ArgumentsBy, commitBy: drawn.CommitBy,
	}
}

// imagesServed is a network that takes Stable Diffusion tasks.
func imagesServed(w *world) { w.rules = func(p *contracts.Params) { p.StableDiffusion.Served = true } }

func TestThreeNodesAgreeOnImages(t *testing.T) {
	w := newWorld(t, imagesServed)
	folder := pipelineFolder(t)
	library := func(c *Config) { c.Models = folders{w.models, folder} }
	hosts := w.three(library, library, library)
	asked := w.creator.draw(drawing(t, "", ""), folder.Pin)
	seat0 := hosts[slices.IndexFunc(hosts, func(h *host) bool { return h.address() == asked.nodes[0] })]
	asked.send()
	if outcome, pay := asked.ended(); outcome != protocol.OutcomeAgreed {
		t.Errorf("outcome is %s", outcome)
	} else {
		asked.checkShares(pay)
	}

	parsed, err := task.ParseSD(drawing(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	response, err := task.ParseSDResponse(asked.result(asked.nodes[0]), parsed)
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := response.Hashes()
	if err != nil {
		t.Fatal(err)
	}
	answer, err := seat0.answer(asked.key)
	if want := task.SDDigest(asked.salt, hashes); err != nil || !bytes.Equal(answer.Result, want) {
		t.Errorf("the node committed to %x, %v, its images have %x", []byte(answer.Result), err, want)
	}

	pieces := asked.pieces()
	last := pieces[len(pieces)-1]
	if last.Choice != 1 || last.Step != 8 || last.Steps != 8 {
		t.Errorf("the stream ends with step %d of %d of image %d", last.Step, last.Steps, last.Choice)
	}
	previews := 0
	for _, p := range pieces {
		if p.Text != "" || p.Steps != 8 {
			t.Errorf("the stream has the piece %+v", p)
		}
		if p.Preview != nil {
			previews++
			if _, err := png.DecodeConfig(bytes.NewReader(p.Preview)); err != nil {
				t.Error(err)
			}
		}
	}
	if previews == 0 {
		t.Error("the stream has no preview")
	}
	state := seat0.await("the task's end", func(s State) bool { return len(s.Recent) == 1 })
	if state.Recent[0].Model != pipelineID {
		t.Errorf("the task is shown with model %s", state.Recent[0].Model)
	}
	d := state.Recent[0].Details
	for seat := range d.Nodes {
		if bits, ok := d.Distance(seat); !ok || bits >= d.MatchBelow || d.MatchBelow != 5 {
			t.Errorf("seat %d is %d bits away, known %v, and matches below %d", seat, bits, ok, d.MatchBelow)
		}
	}
}

func TestANodeThatLiesAboutImagesLosesItsStake(t *testing.T) {
	w := newWorld(t, imagesServed)
	folder := pipelineFolder(t)
	library := func(c *Config) { c.Models = folders{w.models, folder} }
	liar := func(c *Config) { library(c); c.Options.Fault = FaultLie }
	hosts := w.three(liar, library, library)
	asked := w.creator.draw(drawing(t, "", ""), folder.Pin).send()
	outcome, pay := asked.ended()
	if outcome != protocol.OutcomeAgreed || pay[hosts[0].address()] != "0" || w.sim.NodeInfo(hosts[0].address()).Stake.Sign() != 0 {
		t.Errorf("outcome is %s, the liar was paid %s and has a stake of %s", outcome, pay[hosts[0].address()], w.sim.NodeInfo(hosts[0].address()).Stake)
	}
}

// What is wrong with a task for everybody is told from what this node lacks, and
// before the engine has it.
func TestImagesAreJudgedByTheirDocument(t *testing.T) {
	folder := pipelineFolder(t)
	library, err := models.Open(t.TempDir(), models.Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := &Node{cfg: Config{Models: folders{library, folder}}}
	key, err := seal.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	public := key.Public()
	pin := func(change func(*protocol.ModelPin)) protocol.ModelPin {
		p := folder.Pin
		p.Files = slices.Clone(folder.Pin.Files)
		change(&p)
		return p
	}
	same := func(*protocol.ModelPin) {}
	unet := slices.IndexFunc(folder.Pin.Files, func(f protocol.ModelFile) bool { return f.Name == "unet/config.json" })

	for name, c := range map[string]struct {
		document json.RawMessage
		pin      protocol.ModelPin
		kind     protocol.ResultKind
		why      string
	}{
		"right":             {drawing(t, "", ""), pin(same), protocol.KindResult, ""},
		"not a task":        {json.RawMessage(`{"model":"m"}`), pin(same), protocol.KindInvalidArguments, "model"},
		"too large":         {drawing(t, `"image_width":4096`, ""), pin(same), protocol.KindInvalidArguments, "task_config.image_width"},
		"more images":       {drawing(t, `"num_images":3`, ""), pin(same), protocol.KindInvalidArguments, "3 images and paid for 2"},
		"fewer images":      {drawing(t, `"num_images":1`, ""), pin(same), protocol.KindInvalidArguments, "1 images and paid for 2"},
		"more work":         {drawing(t, `"image_width":1024,"image_height":1024`, ""), pin(same), protocol.KindInvalidArguments, "units and paid for 1"},
		"a wrong prompt":    {drawing(t, "", `"prompt":"(\"a\", \"b\").blend(1, 1)"`), pin(same), protocol.KindInvalidArguments, "prompt"},
		"no pin":            {drawing(t, "", ""), pin(func(p *protocol.ModelPin) { p.ID = "other" }), protocol.KindInvalidArguments, "does not pin"},
		"a file twice":      {drawing(t, "", ""), pin(func(p *protocol.ModelPin) { p.Files = append(p.Files, p.Files[0]) }), protocol.KindInvalidArguments, "two files"},
		"another model":     {drawing(t, "", `"base_model":"other/model"`), pin(func(p *protocol.ModelPin) { p.ID = "other/model" }), protocol.KindModelNotFound, "other/model"},
		"another UNet":      {drawing(t, "", ""), pin(func(p *protocol.ModelPin) { p.Files[unet].SHA256 = common.Hash{1} }), protocol.KindFileHashDiffers, "unet/config.json"},
		"other files alone": {drawing(t, "", ""), pin(func(p *protocol.ModelPin) { p.Files = []protocol.ModelFile{{Name: "config.json"}} }), protocol.KindFileHashDiffers, "other files"},
	} {
		envelope := protocol.Envelope{
			Version: protocol.EnvelopeVersion, Type: protocol.StableDiffusion, Task: c.document, Models: []protocol.ModelPin{c.pin}, ReplyKey: public[:],
		}
		plain, err := envelope.Encode()
		if err != nil {
			t.Fatal(err)
		}
		args, err := n.judge(plain, Job{Type: protocol.StableDiffusion, Images: 2, Units: 1})
		var v *verdict
		switch {
		case c.kind == protocol.KindResult:
			if err != nil || !slices.Equal(args.work.models(), []string{pipelineID}) {
				t.Errorf("%s: %v", name, err)
			}
		case !errors.As(err, &v) || v.kind != c.kind || !strings.Contains(v.why.Error(), c.why):
			t.Errorf("%s: %v, want %s about %q", name, err, c.kind, c.why)
		}
	}
}

// A model of a folder has files of the same names in its parts; a file is known by
// its own name, wherever in the repository it is.
func TestTheEngineKnowsFilesByTheirNamesInTheModelsFolder(t *testing.T) {
	folder := pipelineFolder(t)
	files, err := filesOf(folder.Pin, wholeName)
	if err != nil {
		t.Fatal(err)
	}
	if got := engineModel(folder, files); !slices.ContainsFunc(got.Files, func(f worker.File) bool { return f.Name == "vae/config.json" }) {
		t.Errorf("files = %+v", got.Files)
	}
	alone := models.File{Path: filepath.Join(folder.Path, "unet", "config.json"), Pin: protocol.ModelPin{ID: "m#deep/config.json", Files: []protocol.ModelFile{{Name: "deep/config.json"}}}}
	if files, err = filesOf(alone.Pin, wholeName); err != nil {
		t.Fatal(err)
	}
	if got := engineModel(alone, files); got.Files[0].Name != "config.json" {
		t.Errorf("files = %+v", got.Files)
	}
}

func TestPreviewsAreChunksOfTheirOwn(t *testing.T) {
	preview := make([]byte, protocol.MaxPreviewBytes)
	s := &stream{more: make(chan struct{}, 1)}
	for image := range 2 {
		for step := 1; step <= 3; step++ {
			s.add(protocol.StreamPiece{Choice: image, Step: step, Steps: 3})
			if step == 2 {
				s.add(protocol.StreamPiece{Choice: image, Step: step, Steps: 3, Preview: preview})
			}
		}
	}
	s.add(protocol.StreamPiece{Choice: 2, Step: 1, Steps: 3, Preview: append(preview, 0)})
	pieces, _ := s.take()
	if len(pieces) != 3 || pieces[1].Step != 3 || len(pieces[1].Preview) == 0 || pieces[2].Preview != nil {
		t.Errorf("%d pieces wait, want the newest of each image, without what is too long", len(pieces))
	}
	chunks := split(pieces)
	if len(chunks) != 2 {
		t.Errorf("%d chunks, want 2", len(chunks))
	}
	for _, c := range chunks {
		if text, err := protocol.EncodeStream(c); err != nil || len(text) > seal.MaxChunk {
			t.Errorf("a chunk of %d bytes, %v", len(text), err)
		}
	}
}

// A stream that waited for two seconds holds many tokens, each with as many others as
// may be asked for.
func TestTokensGoOutWithTheirTextInChunksThatFit(t *testing.T) {
	s := &stream{more: make(chan struct{}, 1)}
	var text strings.Builder
	var tokens []protocol.StreamToken
	add := func(piece string, n int) {
		p := protocol.StreamPiece{Text: piece}
		for i := range n {
			token := protocol.StreamToken{StreamChance: protocol.StreamChance{Bytes: []byte("\"\x01<"), Logprob: -9999_0000}}
			for range 20 {
				token.Top = append(token.Top, protocol.StreamChance{Bytes: []byte("another"), Logprob: int64(-10 * i)})
			}
			p.Tokens = append(p.Tokens, token)
		}
		text.WriteString(piece)
		tokens = append(tokens, p.Tokens...)
		s.add(p)
	}
	for i := range 200 {
		add(fmt.Sprintf("\"\x01<%d", i), 1)
	}
	add("held back by a long stop string", 100)
	add(strings.Repeat("\x01", 10000), 3)
	add("", 2)
	pieces, _ := s.take()
	var gotText strings.Builder
	var got []protocol.StreamToken
	for _, c := range split(pieces) {
		raw, err := protocol.EncodeStream(c)
		if err != nil || len(raw) > seal.MaxChunk || len(raw) == 0 {
			t.Fatalf("a chunk of %d bytes, %v", len(raw), err)
		}
		read, err := protocol.DecodeStream(raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range read {
			if len(got) < 200 && (len(p.Tokens) != 1 || p.Text == "") {
				t.Errorf("text %q with %d tokens", p.Text, len(p.Tokens))
			}
			gotText.WriteString(p.Text)
			got = append(got, p.Tokens...)
		}
	}
	if gotText.String() != text.String() || !reflect.DeepEqual(got, tokens) {
		t.Errorf("%d bytes and %d tokens came, want %d and %d", gotText.Len(), len(got), text.Len(), len(tokens))
	}
}

func TestWhatTheEngineMakesIsCarried(t *testing.T) {
	if protocol.MaxImagesBytes < task.MaxSDResponseBytes || seal.MaxPlaintext < task.MaxSDResponseBytes {
		t.Errorf("a response of %d bytes is more than is carried", task.MaxSDResponseBytes)
	}
}
