package creator

import (
	"bytes"
	"crypto/sha256"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"helium/backend/protocol"
	"helium/inference/imagehash"
	"helium/inference/task"
)

// painted is a picture of the 64 lowest waves, each as strong as a seed says, with
// some noise: machines of different makers draw the same with other noise.
func painted(seed [32]byte, side int, noise uint8) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			v := 128.0
			for i := range 64 {
				strength := 1 - float64(seed[i/2]>>(4*(i%2))&15)/7.5 // -1 to 1
				wave := func(n, at int) float64 { return math.Cos(math.Pi * float64(n) * (float64(at) + 0.5) / float64(side)) }
				v += 8 * strength * wave(i%8, x) * wave(i/8, y)
			}
			level := uint8(min(max(v, 0), 250)) + uint8(x*7+y*13)%3*noise
			img.SetRGBA(x, y, color.RGBA{level, level, level, 255})
		}
	}
	return img
}

// draw paints each image of a task; a cheat paints something else.
func (p *peer) draw(e *protocol.Envelope) (response string, digest []byte) {
	s, err := task.ParseSD(e.Task)
	if err != nil {
		p.n.t.Error(err)
		return "", nil
	}
	var answer task.SDResponse
	var hashes []imagehash.Hash
	for i := range s.Config.Images {
		motif := []byte(s.Prompt)
		if p.cheat.Load() {
			motif = append(motif, '!')
		}
		img := painted(sha256.Sum256(append(motif, byte(i))), s.Config.Width, p.address[0]%2)
		var file bytes.Buffer
		if err := png.Encode(&file, img); err != nil {
			p.n.t.Error(err)
		}
		answer.Images = append(answer.Images, file.Bytes())
		hashes = append(hashes, imagehash.Of(img))
	}
	return string(answer.Bytes()), task.SDDigest(e.Salt, hashes)
}

func picture(prompt string) Request {
	s, err := task.ParseSD([]byte(`{"base_model":"helium/demo-images","prompt":"` + prompt + `","task_config":{"num_images":2,"image_width":64,"image_height":64}}`))
	if err != nil {
		panic(err)
	}
	return Request{
		Type: protocol.StableDiffusion, Task: s.Normalised(), Model: s.BaseModel.Name,
		Units: task.SDUnitsRoundedUp(s), Images: uint16(s.Config.Images), MinVRAMGB: 1,
	}
}

func TestPicturesThatLookAlikeAreVerified(t *testing.T) {
	n := newTestNet(t, 3, nil)
	c := n.start(n.payer(), t.TempDir(), nil)
	request := picture("a harbour in the morning")
	made, err := c.Create(n.ctx, request)
	if err != nil {
		t.Fatal(err)
	}
	all := n.collect(made)
	verified, settled := find(all, StageVerified), find(all, StageSettled)
	if verified == nil || len(verified.Nodes) != 3 {
		t.Fatalf("verified is %+v", verified)
	}
	r := *settled.Receipt
	if r.Outcome != protocol.OutcomeAgreed || r.Type != protocol.StableDiffusion || len(r.Images) != 2 || len(r.Result) != 16 || r.Response != "" {
		t.Fatalf("the receipt is %+v", r)
	}
	findings, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, r)
	if err != nil || !slices.ContainsFunc(findings, func(f Finding) bool { return f.What == "images" }) {
		t.Errorf("the receipt's findings are %v, %v", findings, err)
	}

	for name, c := range map[string]struct {
		spoil func(*protocol.Receipt)
		want  string
	}{
		"another image": {func(r *protocol.Receipt) { r.Images[1] = append(hexutil.Bytes{r.Images[1][0] ^ 1}, r.Images[1][1:]...) }, "images"},
		"one image":     {func(r *protocol.Receipt) { r.Images = r.Images[:1] }, "images"},
		"a long hash":   {func(r *protocol.Receipt) { r.Images[0] = append(r.Images[0][:8:8], 0) }, "images[0] has 9 bytes"},
		"a text":        {func(r *protocol.Receipt) { r.Response = "x" }, "not of its type"},
		"another salt":  {func(r *protocol.Receipt) { r.Salt = common.Hash{1} }, "images"},
	} {
		spoilt := r
		spoilt.Images = slices.Clone(r.Images)
		c.spoil(&spoilt)
		if _, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, spoilt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}

	// What was verified can be fetched again, from the journal.
	again, err := read(c.store, made.ID())
	if err != nil || !bytes.Equal(again.Response, verified.Response) {
		t.Errorf("the journal has %d bytes of %d, %v", len(again.Response), len(verified.Response), err)
	}
}

func TestANodeThatPaintsSomethingElseIsSlashed(t *testing.T) {
	n := newTestNet(t, 3, nil)
	n.peers[1].cheat.Store(true)
	c := n.start(n.payer(), t.TempDir(), nil)
	made, err := c.Create(n.ctx, picture("a lighthouse"))
	if err != nil {
		t.Fatal(err)
	}
	all := n.collect(made)
	verified, settled := find(all, StageVerified), find(all, StageSettled)
	if verified == nil || len(verified.Nodes) != 2 {
		t.Fatalf("verified is %+v", verified)
	}
	for _, node := range settled.Receipt.Nodes {
		if cheat := node.Address == n.peers[1].address; node.Slashed != cheat || node.Agrees == cheat || node.Paid.IsZero() != cheat {
			t.Errorf("node %s: %+v", node.Address, node)
		}
	}
	if _, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, *settled.Receipt); err != nil {
		t.Errorf("the receipt does not verify: %v", err)
	}
}

// TestWinnersAreThoseOfTheContract goes through every way in which three results
// can match.
func TestWinnersAreThoseOfTheContract(t *testing.T) {
	l := likeness{images: true, below: 5}
	at := func(bits ...int) []byte {
		var h [8]byte
		for _, b := range bits {
			h[b/8] |= 1 << (b % 8)
		}
		return h[:]
	}
	far := at(40, 41, 42, 43, 44, 45, 46, 47)
	for name, c := range map[string]struct {
		results [protocol.Seats][]byte
		want    int
	}{
		"none":            {[3][]byte{at(), far, at(1, 2, 3, 4, 5, 6)}, -1},
		"all":             {[3][]byte{at(), at(1), at(2)}, 0},
		"first two":       {[3][]byte{at(), at(1), far}, 0},
		"outer two":       {[3][]byte{at(), far, at(1)}, 0},
		"last two":        {[3][]byte{far, at(), at(1)}, 1},
		"chain of first":  {[3][]byte{at(), at(1, 2, 3, 4), at(9, 10, 11, 12)}, 0},
		"chain of second": {[3][]byte{at(1, 2, 3, 4), at(), at(9, 10, 11, 12)}, 1},
		"chain of third":  {[3][]byte{at(1, 2, 3, 4), at(9, 10, 11, 12), at()}, 2},
		"one is missing":  {[3][]byte{nil, at(), at(1)}, 1},
		"other lengths":   {[3][]byte{at(), append(at(), at()...), far}, -1},
	} {
		if got := l.winner(c.results); got != c.want {
			t.Errorf("%s: seat %d, want %d", name, got, c.want)
		}
	}
}
