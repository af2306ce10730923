// SPDX-License-Identifier: GPL-3.0-or-later
#include "services/deferredanswer.h"

#include "services/httpguard.h"

#include <utility>

namespace semper {

DeferredAnswer::DeferredAnswer(QHttpServerResponder &&responder)
    : m_guard(HttpGuard::handingOn())
    , m_request(m_guard ? m_guard->deferAnswer(std::move(responder)) : 0)
{ }

DeferredAnswer::DeferredAnswer(const DeferredAnswer &) = default;
DeferredAnswer &DeferredAnswer::operator=(const DeferredAnswer &) = default;
DeferredAnswer::~DeferredAnswer() = default;

void DeferredAnswer::give(QHttpServerResponse &&response) const
{
    if (m_guard)
        m_guard->giveAnswer(m_request, std::move(response));
}

} // namespace semper
