// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <utility>

namespace semper {

struct Problem;

/// Writes the head of an HTTP/1 message: its first line, then its fields.
class HeadWriter
{
public:
    explicit HeadWriter(QByteArray firstLine);
    [[nodiscard]] static HeadWriter answer(int status);

    HeadWriter &add(QByteArrayView name, QByteArrayView value);
    /// What tells of a body that this server made, and that nobody is to guess at or to keep.
    HeadWriter &addBody(QByteArrayView type, qsizetype bytes);
    /// The head, with the blank line at its end.
    [[nodiscard]] QByteArray take() { return std::move(m_bytes.append("\r\n")); }

private:
    QByteArray m_bytes;
};

/// The answer that refuses a request and ends its connection; to HEAD it has no body.
[[nodiscard]] QByteArray refusalOf(const Problem &problem, bool withBody = true);

/// The interim answer that asks for a body.
inline constexpr char continueAnswer[] = "HTTP/1.1 100 Continue\r\n\r\n";

} // namespace semper
