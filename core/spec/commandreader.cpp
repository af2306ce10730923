// SPDX-License-Identifier: LGPL-3.0-or-later
#include "spec/commandreader.h"

#include "protocol/keys.h"

using namespace Qt::StringLiterals;

namespace semper {

std::optional<QStringList> readCommand(const ObjectReader &reader, const Surroundings &surroundings)
{
    auto words = reader.texts(keys::command, true);
    if (!words)
        return std::nullopt;
    if (words->isEmpty() || words->first().isEmpty()) {
        reader.complainOf(keys::command, u"must start with the program's name"_s);
        return std::nullopt;
    }
    // A bare name is looked up in PATH; anything else is a path, and those start at the folder
    // of the configuration, whatever folder the program runs in.
    if (QString &program = words->first(); program.contains(u'/'))
        program = surroundings.absolute(program);
    return words;
}

} // namespace semper
