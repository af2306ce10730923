// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/chunkedbody.h"
#include "http/requesthead.h"

#include <semper/semper_server_export.h>

#include <optional>
#include <utility>

namespace semper {

/// Cuts the requests of one client out of what it sends, one after another: a checked head, then a
/// whole body. After a problem there is nothing more to be had from the connection.
class SEMPER_SERVER_EXPORT RequestReader
{
public:
    /// \a limits outlive it, and may change.
    explicit RequestReader(const HttpLimits &limits);

    /// Copies them: \a bytes may have more room than they need.
    void append(QByteArrayView bytes) { m_input.append(bytes); }

    /// Looks for the head of the next request, unless there is one whose body was not taken.
    [[nodiscard]] std::optional<Problem> readHead();
    /// A head was read, and its body was not taken yet.
    [[nodiscard]] bool hasHead() const { return m_hasHead; }
    /// The last one that was read; stays until the next is looked for.
    [[nodiscard]] const RequestHead &head() const { return m_head; }
    /// That of a HEAD request, as far as it has come.
    [[nodiscard]] bool isForHead() const;
    /// Its client sends the body once it is asked for it.
    [[nodiscard]] bool awaitsContinue() const { return m_head.awaitsContinue && m_input.isEmpty(); }

    /// Looks for the body of the head that was read.
    [[nodiscard]] std::optional<Problem> readBody();
    [[nodiscard]] bool hasBody() const;
    /// The body that is there, which ends the request.
    [[nodiscard]] QByteArray takeBody();

    /// Something of a request has come that was not taken.
    [[nodiscard]] bool hasBegun() const;
    /// The client owes nothing of the last request, and has sent nothing behind it.
    [[nodiscard]] bool hasAll() const;
    /// What is left, where it is no HTTP any more or nobody wants it.
    QByteArray takeRest();
    [[nodiscard]] qint64 heldBytes() const;

private:
    void giveBackRoom();

    const HttpLimits &m_limits;
    QByteArray m_input;
    qsizetype m_lookedAt = 0; ///< bytes of it that make no whole head
    RequestHead m_head;
    bool m_hasHead = false;
    std::optional<ChunkedBody> m_chunks; ///< the body, where it comes in chunks
};

} // namespace semper
