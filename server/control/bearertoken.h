// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <semper/semper_server_export.h>

#include <QByteArray>
#include <QByteArrayView>
#include <QString>

#include <variant>

namespace semper {

/// The secret that remote callers show: 256 bits from the kernel, made at the first start, kept in
/// the file "token" of the state directory, mode 0600.
class SEMPER_SERVER_EXPORT BearerToken
{
public:
    /// Reads the token, or makes it where there is none, and the folder with mode 0700 too. The
    /// second alternative says why it can't, in a sentence that names the file: above all, a file
    /// that others own, may read or may replace. Writes to the disk and waits for it.
    [[nodiscard]] static std::variant<BearerToken, QString> load(const QString &stateDirectory);

    [[nodiscard]] const QByteArray &text() const { return m_text; }
    /// Takes the same time whatever is wrong with one of the right length.
    [[nodiscard]] bool matches(QByteArrayView token) const;

private:
    explicit BearerToken(QByteArray text);

    QByteArray m_text;
};

} // namespace semper
