// SPDX-License-Identifier: LGPL-3.0-or-later
#include <semper/rpcframing.h>

#include <QString>

using namespace Qt::StringLiterals;

namespace semper {

std::optional<RpcFraming> rpcFramingFromString(QStringView word)
{
    if (word == "newline"_L1)
        return RpcFraming::Newline;
    if (word == "content-length"_L1)
        return RpcFraming::ContentLength;
    if (word == "swoft"_L1)
        return RpcFraming::Swoft;
    return std::nullopt;
}

} // namespace semper
