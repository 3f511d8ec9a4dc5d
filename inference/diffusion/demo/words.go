package demo

// word is one that the model knows, with the colour that it stands for, as in
// web pages.
type word struct {
	text   string
	colour uint32
}

// words are the colours, and the things and places that have one in
// everybody's mind.
func words() []word {
	return []word{
		{"red", 0xe02020}, {"green", 0x20a030}, {"blue", 0x2050e0}, {"yellow", 0xf0d020}, {"orange", 0xf08018},
		{"purple", 0x8030b0}, {"violet", 0x7040d0}, {"pink", 0xf080b0}, {"brown", 0x805030}, {"black", 0x101014},
		{"white", 0xf4f4f4}, {"grey", 0x808080}, {"gray", 0x808080}, {"gold", 0xd8a830}, {"golden", 0xd8a830},
		{"silver", 0xb8bcc4}, {"turquoise", 0x20c0b8}, {"cyan", 0x20c8e0}, {"magenta", 0xd030b0}, {"crimson", 0xb01830},
		{"teal", 0x108080}, {"beige", 0xe0d0b0}, {"emerald", 0x109858}, {"copper", 0xb06838}, {"ruby", 0xb01040},
		{"sunset", 0xf07030}, {"sunrise", 0xf0a070}, {"dawn", 0xd8a0b0}, {"dusk", 0x604878}, {"night", 0x101838},
		{"midnight", 0x080c28}, {"moon", 0x405078}, {"star", 0x182050}, {"stars", 0x182050}, {"space", 0x100c30},
		{"galaxy", 0x402068}, {"sky", 0x58a0e8}, {"cloud", 0xc8d4e0}, {"clouds", 0xc8d4e0}, {"storm", 0x404858},
		{"rain", 0x586878}, {"fog", 0xb0b8bc}, {"snow", 0xf0f6ff}, {"winter", 0xd0e0f0}, {"ice", 0xc0e8f8},
		{"sea", 0x1068a0}, {"ocean", 0x085088}, {"wave", 0x2080a8}, {"waves", 0x2080a8}, {"water", 0x3088b8},
		{"lake", 0x3878a0}, {"river", 0x4088a0}, {"beach", 0xe8d098}, {"sand", 0xe0c088}, {"desert", 0xd89850},
		{"mountain", 0x607090}, {"mountains", 0x607090}, {"forest", 0x186830}, {"tree", 0x307838}, {"trees", 0x307838},
		{"jungle", 0x106828}, {"grass", 0x58a830}, {"meadow", 0x80b840}, {"field", 0xa0a840}, {"garden", 0x50a048},
		{"leaf", 0x58a030}, {"leaves", 0x88a030}, {"spring", 0x90d060}, {"summer", 0xf0c040}, {"autumn", 0xc06020},
		{"fire", 0xf05010}, {"flame", 0xf06018}, {"lava", 0xd83008}, {"sun", 0xf8c828}, {"sunlight", 0xf8d868},
		{"rose", 0xd83060}, {"roses", 0xd83060}, {"cherry", 0xc02048}, {"blossom", 0xf0b0c8}, {"lavender", 0xa890d8},
		{"flower", 0xe070a0}, {"flowers", 0xe070a0}, {"lemon", 0xf0e040}, {"lemons", 0xf0e040}, {"honey", 0xe0a020}, {"coffee", 0x603c20},
		{"chocolate", 0x502c18}, {"wood", 0x906840}, {"stone", 0x808078}, {"city", 0x586478}, {"neon", 0xd820c8},
		{"dream", 0xa088d0}, {"fox", 0xd87028}, {"cat", 0xc09870}, {"dog", 0xa87848}, {"horse", 0x784828},
		{"bird", 0x4898c8}, {"fish", 0x38a0b0}, {"astronaut", 0x384060}, {"robot", 0x90a0b0}, {"castle", 0x908878},
		{"island", 0x40a890}, {"warm", 0xe89048}, {"cold", 0x70a0d0}, {"dark", 0x181820}, {"bright", 0xf0e8d0},
	}
}

// sense is what a colour adds to blue and to red and to light, from about -1 to
// 1.
func (w word) sense() [3]float64 {
	part := func(shift int) float64 { return float64(w.colour>>shift&0xff) / 255 }
	red, green, blue := part(16), part(8), part(0)
	light := float64(0.299*red) + float64(0.587*green) + float64(0.114*blue)
	return [3]float64{float64(1.5 * (blue - light)), float64(1.5 * (red - light)), float64(2 * (light - 0.5))}
}

// Words are those that the model knows as a colour.
func Words() []string {
	var list []string
	for _, w := range words() {
		list = append(list, w.text)
	}
	return list
}
