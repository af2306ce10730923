// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace semper {

/// Whether \a offered is \a secret, in a time that tells only whether they have the same length.
[[nodiscard]] inline bool isSameSecret(QByteArrayView offered, QByteArrayView secret)
{
    if (offered.size() != secret.size())
        return false;
    int difference = 0;
    for (qsizetype i = 0; i < secret.size(); ++i)
        difference |= offered[i] ^ secret[i];
    return difference == 0;
}

} // namespace semper
