package contracts_test

import (
	"bytes"
	"fmt"
	"math/big"
	"math/rand"
	"reflect"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// A result of images is the perceptual hash of each, 8 bytes.

// imagesTheatre serves Stable Diffusion.
func imagesTheatre(t *testing.T) *theatre {
	t.Helper()
	return newTheatre(t, func(p *contracts.Params) { p.StableDiffusion.Served = true })
}

// hashes are any hashes of so many images.
func hashes(images int) []byte {
	var all []byte
	for i := range images {
		all = append(all, crypto.Keccak256([]byte{byte(i)})[:8]...)
	}
	return all
}

// flipped changes some bits of one image, from a bit on.
func flipped(result []byte, image, from, n int) []byte {
	changed := bytes.Clone(result)
	for bit := from; bit < from+n; bit++ {
		changed[8*image+bit/8] ^= 1 << (bit % 8)
	}
	return changed
}

// imageStory is the story of a task whose nodes opened these results.
func imageStory(results ...[]byte) story {
	s := storyOf(cellOf("AAA"))
	s.images, s.near, s.far = len(results[0])/8, 5, 24
	for seat, result := range results {
		s.answers[seat] = contractstest.Answer{Kind: protocol.KindResult, Result: result, Nonce: [32]byte{byte(seat), 1}}
	}
	return s
}

// playImages plays a story fast and through the court and compares both with
// the rules.
func playImages(t *testing.T, th *theatre, s story) verdict {
	t.Helper()
	playImagesOneWay(t, th, s, 0)
	return playImagesOneWay(t, th, s, 1)
}

// playImagesOneWay plays a story fast when n is even, through the court when odd.
func playImagesOneWay(t *testing.T, th *theatre, s story, n int) verdict {
	t.Helper()
	p := th.branch(t).begin(contractstest.SDRequest(s.images))
	want := s.judge(p.bill)
	if n%2 == 0 {
		p.fast(s)
	} else {
		p.inCourt(s, n/2%3)
	}
	p.compare(want)
	return want
}

func TestImagesMatchBelow5BitsAndCostTheStakeFrom24(t *testing.T) {
	th := imagesTheatre(t)
	base := hashes(1)
	for _, c := range []struct {
		bits     int
		paid     bool
		slashed  bool
		distance string
	}{
		{0, true, false, "equal"}, {1, true, false, "close"}, {4, true, false, "close"},
		{5, false, false, "between"}, {12, false, false, "between"}, {23, false, false, "between"},
		{24, false, true, "far"}, {63, false, true, "far"}, {64, false, true, "far"},
	} {
		for odd := range 3 {
			t.Run(fmt.Sprintf("%d bits, %s, seat %d", c.bits, c.distance, odd), func(t *testing.T) {
				results := [3][]byte{base, base, base}
				results[odd] = flipped(base, 0, 0, c.bits)
				want := playImages(t, th, imageStory(results[:]...))
				if (want.pay[odd].Sign() > 0) != c.paid || want.slashed[odd] != c.slashed {
					t.Errorf("the rules as told here say %+v, want it paid %t, slashed %t", want, c.paid, c.slashed)
				}
			})
		}
	}
}

// TestWhoIsFarFromOnlyOneOfTwoIsNotSlashed: only who is far from both lies.
func TestWhoIsFarFromOnlyOneOfTwoIsNotSlashed(t *testing.T) {
	th := imagesTheatre(t)
	a := hashes(1)
	b := flipped(a, 0, 0, 4)
	for _, c := range []struct {
		name    string
		third   []byte
		slashed bool
	}{
		{"24 from one and 20 from the other", flipped(b, 0, 4, 20), false},
		{"24 from both", flipped(a, 0, 2, 24), true},
		{"28 from one and 24 from the other", flipped(a, 0, 4, 24), true},
		{"27 from one and 23 from the other", flipped(a, 0, 4, 23), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if want := playImages(t, th, imageStory(a, b, c.third)); want.slashed[2] != c.slashed {
				t.Errorf("the rules as told here slash %v, want %t", want.slashed, c.slashed)
			}
			playImages(t, th, imageStory(c.third, a, b))
			playImages(t, th, imageStory(b, c.third, a))
		})
	}
}

func TestAChainPaysAllThreeAndTheMiddleOneStands(t *testing.T) {
	th := imagesTheatre(t)
	middle := hashes(2)
	ends := [2][]byte{flipped(middle, 0, 0, 4), flipped(middle, 0, 4, 4)} // 8 bits apart
	for seat := range 3 {
		results := [3][]byte{ends[0], ends[1], ends[0]}
		results[(seat+1)%3], results[(seat+2)%3] = ends[0], ends[1]
		results[seat] = middle
		want := playImages(t, th, imageStory(results[:]...))
		if !bytes.Equal(want.result, middle) || want.slashed != [3]bool{} {
			t.Errorf("middle in seat %d: the rules as told here say %+v", seat, want)
		}
		for other := range 3 {
			if want.pay[other].Sign() == 0 {
				t.Errorf("middle in seat %d: seat %d is not paid", seat, other)
			}
		}
	}
}

// TestTheLeastAlikeImageDecides changes each image of each number of images.
func TestTheLeastAlikeImageDecides(t *testing.T) {
	t.Parallel()
	th := imagesTheatre(t)
	for images := 1; images <= 10; images++ {
		base := hashes(images)
		each := base
		for i := range images {
			each = flipped(each, i, 3*i%60, 4)
		}
		if want := playImages(t, th, imageStory(base, each, base)); want.pay[1].Sign() == 0 {
			t.Errorf("%d images, 4 bits in each: got %+v, want a match", images, want)
		}
		for i := range images {
			if want := playImagesOneWay(t, th, imageStory(base, base, flipped(each, i, 3*i%60+4, 1)), images+i); want.pay[2].Sign() > 0 || want.slashed[2] {
				t.Errorf("%d images, 5 bits in number %d: got %+v, want it unpaid", images, i, want)
			}
			if want := playImagesOneWay(t, th, imageStory(flipped(base, i, 40, 24), base, base), i); !want.slashed[0] {
				t.Errorf("%d images, 24 bits in number %d: got %+v, want it slashed", images, i, want)
			}
		}
	}
}

func TestResultsHaveEightBytesForEachImage(t *testing.T) {
	th := imagesTheatre(t)
	for images := 1; images <= 10; images++ {
		p := th.branch(t).begin(contractstest.SDRequest(images))
		for _, size := range []int{0, 8*images - 1, 8*images + 1, 8 * (images + 1), 8 * (images - 1)} {
			wrong := make([]byte, size)
			err := p.trySettle(p.courier, p.statements(imageStory(make([]byte, 8*images), wrong, make([]byte, 8*images))))
			if !refused(err, "InvalidResult") {
				t.Errorf("%d bytes for %d images: got %v, want InvalidResult", size, images, err)
			}
		}
	}
}

// TestAMaskKeepsEveryDistance: what goes on chain is masked with a hash of the
// salt, and judged as the hashes themselves would be.
func TestAMaskKeepsEveryDistance(t *testing.T) {
	th := imagesTheatre(t)
	mask := bytes.Repeat(crypto.Keccak256([]byte("salt")), 2)[:40]
	plain := [][]byte{hashes(5), flipped(hashes(5), 3, 10, 4), flipped(hashes(5), 3, 20, 24)}
	masked := make([][]byte, 3)
	for seat, result := range plain {
		masked[seat] = bytes.Clone(result)
		for i := range masked[seat] {
			masked[seat][i] ^= mask[i]
		}
	}
	want, got := playImages(t, th, imageStory(plain...)), playImages(t, th, imageStory(masked...))
	if !bytes.Equal(got.result, masked[0]) || !want.slashed[2] {
		t.Errorf("got %+v, want the first result to stand, masked, and the third slashed", got)
	}
	got.result, want.result = nil, nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("masked: got %+v, want %+v", got, want)
	}
}

// TestImagesAreJudgedAsTheRulesSay draws results around the two distances, and
// other answers among them.
func TestImagesAreJudgedAsTheRulesSay(t *testing.T) {
	t.Parallel()
	const seed, stories = 11, 200
	random := rand.New(rand.NewSource(seed))
	th := imagesTheatre(t)
	outcomes := map[protocol.Outcome]int{}
	for n := range stories {
		images := 1 + random.Intn(10)
		var results [3][]byte
		for seat := range results {
			results[seat] = hashes(images)
			for range random.Intn(2) {
				distances := []int{1, 2, 3, 4, 5, 6, 19, 20, 23, 24, 25, 28}
				results[seat] = flipped(results[seat], random.Intn(images), random.Intn(36), distances[random.Intn(len(distances))])
			}
		}
		s := imageStory(results[:]...)
		s.views = viewsFor(random.Intn(216))
		for seat := range 3 {
			if random.Intn(8) == 0 {
				s.answers[seat] = answerOf("IMFC"[random.Intn(4)])
			}
		}
		t.Run(fmt.Sprintf("story %d of seed %d", n, seed), func(t *testing.T) {
			outcomes[playImagesOneWay(t, th, s, n).outcome]++
		})
	}
	t.Logf("outcomes: %v", outcomes)
	if outcomes[protocol.OutcomeAgreed] < stories/5 || outcomes[protocol.OutcomeNoAgreement] < stories/20 {
		t.Errorf("outcomes are %v: too few of a kind to show anything", outcomes)
	}
}

func TestLateImagesAreJudgedByTheirDistance(t *testing.T) {
	th := imagesTheatre(t)
	a := hashes(6)
	b := flipped(a, 5, 0, 4)
	for _, c := range []struct {
		name    string
		late    []byte
		slashed bool
	}{
		{"equal", a, false},
		{"close", flipped(a, 0, 0, 4), false},
		{"between", flipped(a, 2, 0, 23), false},
		{"far from both", flipped(a, 4, 0, 24), true},
		{"far from one only", flipped(b, 5, 4, 20), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seat := range 3 {
				p := th.branch(t).begin(contractstest.SDRequest(6))
				results := [3][]byte{}
				results[seat], results[(seat+1)%3], results[(seat+2)%3] = c.late, a, b
				p.endWithout(imageStory(results[:]...).answers, (seat+1)%3, (seat+2)%3)
				p.task.Reveal(seat)
				pool, want := p.was.pool, protocol.NodeAvailable
				if c.slashed {
					pool, want = new(big.Int).Add(pool, p.Params.Stake), protocol.NodeQuit
				}
				if got := statusOf(p.Chain, p.task.Keys[seat]); got != want {
					t.Errorf("seat %d is %s after opening late, want %s", seat, got, want)
				}
				wantAmount(t, "pool", p.Pool(), pool)
				p.CheckBooks(p.task)
			}
		})
	}
}
