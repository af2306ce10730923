// SPDX-License-Identifier: GPL-3.0-or-later
#include "optionwords.h"

#include <charconv>
#include <sstream>
#include <stdexcept>

namespace semper::bench {

void takeEach(int argc, char *argv[],
    const std::function<void(std::string_view option, const std::string &value)> &take)
{
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 == argc)
            throw std::invalid_argument(std::string(argv[i]) + " needs a value");
        take(argv[i], argv[i + 1]);
    }
}

std::vector<std::string> split(const std::string &list)
{
    std::vector<std::string> words;
    std::istringstream in(list);
    for (std::string word; std::getline(in, word, ',');)
        words.push_back(word);
    return words;
}

int numberIn(std::string_view text, int least, int most)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < least || number > most)
        throw std::invalid_argument("'" + std::string(text) + "' is no number from "
            + std::to_string(least) + " to " + std::to_string(most));
    return number;
}

} // namespace semper::bench
